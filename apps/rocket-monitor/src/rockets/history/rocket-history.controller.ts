import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MICROS_PER_MILLISECOND } from '#common/domain';
import { Clock, linkedItems, pageOf } from '#common/platform';
import { gapCursorOf, gapPositionOf, historyQueryOf, positionIn } from './rocket-cursors.js';
import { GapDto, GapsQueryDto, MessagesQueryDto, TakenMessageDto } from './rocket-history.dto.js';
import { RocketHistoriesService } from './rocket-histories.service.js';

@ApiTags('rockets')
@Controller('rockets/:channel')
export class RocketHistoryController {
  constructor(
    private readonly histories: RocketHistoriesService,
    private readonly clock: Clock,
  ) {}

  @Get('messages')
  @ApiOperation({
    summary: 'The messages of a rocket, each once; the next page is in Link',
    description: 'A bounded store has forgotten the lowest numbers: there the list begins later.',
  })
  @ApiOkResponse({ type: [TakenMessageDto] })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED' })
  @ApiNotFoundResponse({ description: 'ROCKET_NOT_FOUND' })
  async messages(
    @Param('channel') channel: string,
    @Query() query: MessagesQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TakenMessageDto[]> {
    const found = await this.histories.messages(channel, historyQueryOf(query));
    const page = pageOf(found, query.limit, positionIn(query.order));
    return linkedItems(page, request, reply).map((arrival) => TakenMessageDto.of(arrival));
  }

  @Get('gaps')
  @ApiOperation({
    summary: 'Numbers that are missing, or came late, the highest first; the next page is in Link',
    description:
      'A page may be shorter than `limit`, even empty, though Link leads on. Of numbers that a ' +
      'bounded store has forgotten nothing is told.',
  })
  @ApiOkResponse({ type: [GapDto] })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED' })
  @ApiNotFoundResponse({ description: 'ROCKET_NOT_FOUND' })
  async gaps(
    @Param('channel') channel: string,
    @Query() { state, limit, cursor }: GapsQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GapDto[]> {
    const after = cursor === undefined ? null : gapPositionOf(cursor);
    const { gaps, next } = await this.histories.gaps(channel, {
      state: state ?? null,
      after,
      limit,
    });
    const page = { items: gaps, next: next && gapCursorOf(next) };
    const now = this.clock.nowMs() * MICROS_PER_MILLISECOND;
    return linkedItems(page, request, reply).map((gap) => GapDto.of(gap, now));
  }
}
