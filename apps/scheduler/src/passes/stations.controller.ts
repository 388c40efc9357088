import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { linkedItems, PageQueryDto } from '#common/platform';
import { checkName, nameOf } from './names.js';
import { PutStationDto, StationDto, stationDtoOf, stationOf } from './station.dto.js';
import { StationsService } from './stations.service.js';

@ApiTags('passes')
@Controller('stations')
export class StationsController {
  constructor(private readonly stations: StationsService) {}

  @Get()
  @ApiOperation({ summary: 'The stations, by name; the next page is in the Link header' })
  @ApiOkResponse({ type: [StationDto] })
  async page(
    @Query() { limit, cursor }: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StationDto[]> {
    const page = await this.stations.page(limit, nameOf(cursor));
    return linkedItems(page, request, reply).map(stationDtoOf);
  }

  @Get(':name')
  @ApiOperation({ summary: 'One station' })
  @ApiOkResponse({ type: StationDto })
  @ApiNotFoundResponse({ description: 'STATION_NOT_FOUND' })
  async get(@Param('name') name: string): Promise<StationDto> {
    return stationDtoOf(await this.stations.get(name));
  }

  @Put(':name')
  @ApiOperation({ summary: 'A station, in the place of what was there before' })
  @ApiOkResponse({ type: StationDto })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED' })
  @ApiConflictResponse({ description: 'STATIONS_FULL' })
  async put(@Param('name') name: string, @Body() body: PutStationDto): Promise<StationDto> {
    checkName('name', name);
    return stationDtoOf(await this.stations.put(stationOf(name, body)));
  }

  @Delete(':name')
  @HttpCode(204)
  @ApiOperation({ summary: 'No such station any more; contacts stay' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'STATION_NOT_FOUND' })
  async remove(@Param('name') name: string): Promise<void> {
    await this.stations.remove(name);
  }
}
