import { Controller, Get, Header, Param, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiGoneResponse,
  ApiNotFoundResponse,
  ApiNotModifiedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isKnownVersion, tagOf } from '#common/platform';
import { RocketContactsService } from './contacts/rocket-contacts.service.js';
import { RocketStateDto, RocketWithContactsDto, stateDtoOf, viewDtoOf } from './rocket.dto.js';
import { RocketsService } from './rockets.service.js';
import { RocketViewQueryDto } from './views/rocket-view.dto.js';
import { RocketViewsService } from './views/rocket-views.service.js';

@ApiTags('rockets')
@Controller()
export class RocketsController {
  constructor(
    private readonly rockets: RocketsService,
    private readonly views: RocketViewsService,
    private readonly contacts: RocketContactsService,
  ) {}

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

  @Get('rockets/:channel')
  @ApiOperation({
    summary: 'One rocket, as believed or as known for sure, now or as of a message',
    description: 'A channel called `events` or `summary` is asked for by `/rockets?channel=`.',
  })
  @ApiOkResponse({ type: RocketWithContactsDto })
  @ApiNotModifiedResponse({ description: 'As `If-None-Match` knows it' })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED' })
  @ApiNotFoundResponse({ description: 'ROCKET_NOT_FOUND' })
  @ApiGoneResponse({ description: 'ROCKET_HISTORY_GONE: the detail says what is kept' })
  @ApiServiceUnavailableResponse({
    description: 'ROCKET_STATE_UNAVAILABLE, UNAVAILABLE: try again',
  })
  async get(
    @Param('channel') channel: string,
    @Query() { view, as_of }: RocketViewQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RocketWithContactsDto | undefined> {
    const known = viewDtoOf(await this.views.view(channel, { view, asOf: as_of ?? null }));
    const rocket = await this.contacts.with(known);
    return isKnownVersion(request, reply, tagOf(rocket)) ? undefined : rocket;
  }
}
