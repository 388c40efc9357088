import { Body, Controller, Delete, Get, Patch, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { isUUID } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseInstant } from '#common/domain';
import { decodeCursor, linkedItems, PageQueryDto, UuidParam } from '#common/platform';
import { ReasonQueryDto, RequestedBy } from '../contacts/cause.dto.js';
import { ChangeSeriesDto, CreateSeriesDto, EndSeriesQueryDto } from './series-request.dto.js';
import { newSeriesOf, seriesChangeOf } from './series-request.js';
import {
  ChangedSeriesDto,
  changedSeriesDtoOf,
  SeriesDto,
  seriesDtoOf,
  SeriesViewDto,
  seriesViewDtoOf,
} from './series.dto.js';
import { SeriesService } from './series.service.js';

const INVALID = 'VALIDATION_FAILED: each fault names its field';

@ApiTags('series')
@Controller('series')
export class SeriesController {
  constructor(private readonly series: SeriesService) {}

  @Post()
  @ApiOperation({ summary: 'Book contacts that come again by a rule of RFC 5545' })
  @ApiCreatedResponse({ type: SeriesViewDto })
  @ApiBadRequestResponse({ description: INVALID })
  @ApiConflictResponse({ description: 'SERIES_FULL' })
  async create(
    @Body() body: CreateSeriesDto,
    @Query() { reason }: ReasonQueryDto,
    @RequestedBy() by: string,
  ): Promise<SeriesViewDto> {
    return seriesViewDtoOf(await this.series.create(newSeriesOf(body), { by, reason }));
  }

  @Get()
  @ApiOperation({ summary: 'All series, the newest first; the next page is in the Link header' })
  @ApiOkResponse({ type: [SeriesDto] })
  @ApiBadRequestResponse({ description: INVALID })
  async page(
    @Query() { limit, cursor }: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SeriesDto[]> {
    const after = cursor === undefined ? null : decodeCursor(cursor, isPosition)[0];
    return linkedItems(await this.series.page(limit, after), request, reply).map(seriesDtoOf);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One series: its next occurrences, and those that were skipped' })
  @ApiOkResponse({ type: SeriesViewDto })
  @ApiBadRequestResponse({ description: INVALID })
  @ApiNotFoundResponse({ description: 'SERIES_NOT_FOUND' })
  async get(@UuidParam('id') id: string): Promise<SeriesViewDto> {
    return seriesViewDtoOf(await this.series.get(id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Exclude occurrences, or give the series an end' })
  @ApiOkResponse({ type: ChangedSeriesDto })
  @ApiBadRequestResponse({ description: INVALID })
  @ApiNotFoundResponse({ description: 'SERIES_NOT_FOUND' })
  @ApiConflictResponse({ description: 'SERIES_ENDED; SERIES_EXCLUSIONS_FULL' })
  async change(
    @UuidParam('id') id: string,
    @Body() body: ChangeSeriesDto,
    @Query() { reason }: ReasonQueryDto,
    @RequestedBy() by: string,
  ): Promise<ChangedSeriesDto> {
    return changedSeriesDtoOf(await this.series.change(id, seriesChangeOf(body), { by, reason }));
  }

  @Delete(':id')
  @ApiOperation({ summary: 'End a series now or from a time on: contacts to come are cancelled' })
  @ApiOkResponse({ type: ChangedSeriesDto })
  @ApiBadRequestResponse({ description: INVALID })
  @ApiNotFoundResponse({ description: 'SERIES_NOT_FOUND' })
  async end(
    @UuidParam('id') id: string,
    @Query() { from, reason }: EndSeriesQueryDto,
    @RequestedBy() by: string,
  ): Promise<ChangedSeriesDto> {
    const instant = from === undefined ? null : parseInstant(from);
    return changedSeriesDtoOf(await this.series.end(id, instant, { by, reason }));
  }
}

const isPosition = (value: readonly unknown[]): value is readonly [string] => isUUID(value[0]);
