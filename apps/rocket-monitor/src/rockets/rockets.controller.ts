import { Controller, Get, Header, Param, Query, Req, Res } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { decodeCursor, linkedItems, PageQueryDto } from '#common/platform';
import { RocketDto, rocketDtoOf, RocketStateDto, stateDtoOf } from './rocket.dto.js';
import { RocketsService } from './rockets.service.js';

@ApiTags('rockets')
@Controller()
export class RocketsController {
  constructor(private readonly rockets: RocketsService) {}

  @Get()
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({ summary: 'A sign of life' })
  @ApiOkResponse({ schema: { type: 'string', example: 'Hello Moon!' } })
  hello(): string {
    return JSON.stringify('Hello Moon!');
  }

  @Get('state/:channel')
  @ApiOperation({ summary: 'What is known of a rocket by all messages so far' })
  @ApiOkResponse({ type: RocketStateDto })
  @ApiNotFoundResponse({ description: "Text: No state is received on channel '…'." })
  async state(
    @Param('channel') channel: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RocketStateDto | string> {
    const track = await this.rockets.find(channel);
    if (track !== null) return stateDtoOf(track);
    void reply.status(404).type('text/plain; charset=utf-8');
    return `No state is received on channel '${channel}'.`;
  }

  @Get('list')
  @ApiOperation({ summary: 'All channels by their latest update, oldest first' })
  @ApiOkResponse({ type: [String] })
  channels(): Promise<string[]> {
    return this.rockets.channels();
  }

  @Get('rockets')
  @ApiOperation({
    summary: 'All rockets by channel, with their account of messages; the next page is in Link',
  })
  @ApiOkResponse({ type: [RocketDto] })
  async list(
    @Query() { limit, cursor }: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RocketDto[]> {
    const after = cursor === undefined ? '' : decodeCursor(cursor, isPosition)[0];
    const page = await this.rockets.list(after, limit);
    return linkedItems(page, request, reply).map(rocketDtoOf);
  }

  @Get('rockets/:channel')
  @ApiOperation({ summary: 'One rocket, with its account of messages' })
  @ApiOkResponse({ type: RocketDto })
  @ApiNotFoundResponse({ description: 'ROCKET_NOT_FOUND' })
  async get(@Param('channel') channel: string): Promise<RocketDto> {
    return rocketDtoOf(await this.rockets.get(channel));
  }
}

/** Lists go on after a channel. */
const isPosition = (value: readonly unknown[]): value is readonly [string] =>
  value.length === 1 && typeof value[0] === 'string';
