import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiExtraModels,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { linkedItems, PageQueryDto } from '#common/platform';
import { SampleDto } from './sample.dto.js';
import { LatestQueryDto, SamplesQueryDto } from './sample-query.dto.js';
import { SampleAnswers, type SampleAnswer } from './sample-answers.js';
import { ShipDto } from './ship.dto.js';
import { ShipsService } from './ships.service.js';
import { StretchDto } from './stretch.dto.js';

const SAMPLES_SCHEMA = {
  type: 'array',
  items: { oneOf: [SampleDto, StretchDto].map((dto) => ({ $ref: getSchemaPath(dto) })) },
};

@ApiTags('ships')
@ApiExtraModels(SampleDto, StretchDto)
@Controller('ships')
export class ShipsController {
  constructor(
    private readonly ships: ShipsService,
    private readonly answers: SampleAnswers,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The ships, by name; the next page is in the Link header' })
  @ApiOkResponse({ type: [ShipDto] })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED' })
  async list(
    @Query() query: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShipDto[]> {
    return linkedItems(await this.ships.ships(query), request, reply).map((ship) =>
      ShipDto.of(ship),
    );
  }

  @Get(':name/samples')
  @ApiOperation({
    summary:
      'Samples of a ship by time (raw), their minima and maxima (minmax), or the newest (latest)',
    description:
      'raw: a page of `limit`; the next one is in the Link header. minmax: at most `size` stretches.',
  })
  @ApiOkResponse({ schema: SAMPLES_SCHEMA, description: 'StretchDto for minmax, else SampleDto' })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED, SAMPLES_TOO_MANY' })
  @ApiNotFoundResponse({ description: 'SHIP_NOT_FOUND' })
  @ApiServiceUnavailableResponse({ description: 'SAMPLES_TOO_DENSE, PACKET_DEFINITION_UNKNOWN' })
  async samples(
    @Param('name') name: string,
    @Query() query: SamplesQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<readonly SampleAnswer[]> {
    return linkedItems(await this.answers.samples(name, query), request, reply);
  }

  @Get(':name/latest')
  @ApiOperation({ summary: 'The newest sample of each battery of a ship' })
  @ApiOkResponse({ type: [SampleDto] })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED' })
  @ApiNotFoundResponse({ description: 'SHIP_NOT_FOUND' })
  latest(
    @Param('name') name: string,
    @Query() query: LatestQueryDto,
  ): Promise<readonly SampleAnswer[]> {
    return this.answers.latest(name, query);
  }
}
