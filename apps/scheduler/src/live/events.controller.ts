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
import { changeFilterOf, changeNumberOf, EventsQueryDto } from './events.dto.js';
import { LiveChanges } from './live-changes.js';

@ApiTags('contacts')
@Controller()
export class EventsController {
  constructor(private readonly changes: LiveChanges) {}

  @Get('scheduler/events')
  @ApiOperation({ summary: 'Every change of every contact, numbered, as server-sent events' })
  @ApiHeader({ name: 'last-event-id', required: false, description: 'Goes on behind that change' })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED: no number, or none given yet' })
  @ApiServiceUnavailableResponse({ description: 'SCHEDULER_EVENTS_FULL, UNAVAILABLE' })
  async events(
    @Query() query: EventsQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const number = changeNumberOf(lastEventIdOf(request, query.last_event_id));
    if (request.method === 'HEAD') return void reply.headers(EVENT_STREAM_HEADERS).send();
    const filter = changeFilterOf(query);
    await this.changes.open(number, filter, () => beginEventStream(request, reply));
  }
}
