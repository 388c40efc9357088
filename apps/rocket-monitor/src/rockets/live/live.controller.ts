import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import {
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { beginEventStream, EVENT_STREAM_HEADERS, lastEventIdOf } from '#common/live';
import { LiveQueryDto } from './live.dto.js';
import { LiveFeed } from './live-feed.js';

@ApiTags('rockets')
@Controller()
export class LiveController {
  constructor(private readonly feed: LiveFeed) {}

  @Get('rockets/events')
  @ApiOperation({ summary: 'All rockets, then every change, as server-sent events' })
  @ApiHeader({ name: 'last-event-id', required: false, description: 'Goes on behind that event' })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiServiceUnavailableResponse({ description: 'ROCKET_EVENTS_FULL, UNAVAILABLE' })
  async events(
    @Query() query: LiveQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (request.method === 'HEAD') return void reply.headers(EVENT_STREAM_HEADERS).send();
    const lastEventId = lastEventIdOf(request, query.last_event_id);
    const channels = query.channel === undefined ? null : new Set(query.channel);
    const wants = channels && ((channel: string) => channels.has(channel));
    await this.feed.open({ lastEventId, wants }, () => beginEventStream(request, reply));
  }
}
