import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { beginEventStream, EVENT_STREAM_HEADERS, lastEventIdOf } from '#common/live';
import { EventFeed } from './event-feed.js';
import { EventsQueryDto } from './events.dto.js';

@ApiTags('live')
@Controller()
export class EventsController {
  constructor(private readonly feed: EventFeed) {}

  @Get('events')
  @ApiOperation({ summary: 'What happens at this ingestor, as server-sent events' })
  @ApiHeader({ name: 'last-event-id', required: false, description: 'Goes on behind that event' })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED' })
  @ApiServiceUnavailableResponse({ description: 'TELEMETRY_EVENTS_FULL' })
  async events(
    @Query() query: EventsQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (request.method === 'HEAD') return void reply.headers(EVENT_STREAM_HEADERS).send();
    const lastEventId = lastEventIdOf(request, query.last_event_id);
    const [ships, kinds] = [setOf(query.ship), setOf(query.kind)];
    const begin = () => beginEventStream(request, reply);
    await this.feed.open({ lastEventId, ships, kinds }, begin);
  }
}

const setOf = (names: readonly string[] | undefined): ReadonlySet<string> | null =>
  names === undefined ? null : new Set(names);
