import { Controller, Get, HttpException, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { REALTIME_PATH } from './realtime.server.js';

/** Whoever comes without the offer to upgrade shall not be told that nothing is here. */
@ApiTags('Open MCT')
@Controller(REALTIME_PATH)
export class RealtimeController {
  @Get()
  @ApiOperation({ summary: 'The WebSocket of Open MCT’s tutorial: points as they come' })
  @ApiResponse({ status: 101, description: 'Text frames from now on' })
  @ApiResponse({ status: 426, description: 'UPGRADE_REQUIRED' })
  realtime(@Res({ passthrough: true }) reply: FastifyReply): never {
    reply.header('upgrade', 'websocket');
    throw new HttpException('Here is a WebSocket; /history/{ids} has points of the past.', 426);
  }
}
