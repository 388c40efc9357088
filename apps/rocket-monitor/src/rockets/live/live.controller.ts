import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import {
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LiveQueryDto } from './live.dto.js';
import type { LiveOutput } from './live-client.js';
import { LiveFeed } from './live-feed.js';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // nginx would hold back events until it has a buffer full.
  'x-accel-buffering': 'no',
} as const;

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
    if (request.method === 'HEAD') return void reply.headers(HEADERS).send();
    const header = request.headers['last-event-id']?.toString();
    const lastEventId = header || query.last_event_id || '';
    const channels = query.channel === undefined ? null : new Set(query.channel);
    await this.feed.open({ lastEventId, channels }, () => begin(request, reply));
  }
}

/** From here on Fastify leaves the answer alone. */
function begin({ raw: { socket } }: FastifyRequest, reply: FastifyReply): LiveOutput {
  reply.hijack();
  reply.raw.writeHead(200, HEADERS);
  return { events: reply.raw, connection: socket };
}
