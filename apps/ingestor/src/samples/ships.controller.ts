import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { linkedItems, PageQueryDto } from '#common/platform';
import { SampleDto, SamplesQueryDto, ShipDto } from './ship.dto.js';
import { ShipsService } from './ships.service.js';

@ApiTags('ships')
@Controller('ships')
export class ShipsController {
  constructor(private readonly ships: ShipsService) {}

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
  @ApiOperation({ summary: 'Samples of a ship by time; the next page is in the Link header' })
  @ApiOkResponse({ type: [SampleDto] })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED' })
  @ApiNotFoundResponse({ description: 'SHIP_NOT_FOUND' })
  async samples(
    @Param('name') name: string,
    @Query() query: SamplesQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SampleDto[]> {
    return linkedItems(await this.ships.samples(name, query), request, reply).map((sample) =>
      SampleDto.of(sample),
    );
  }

  @Get(':name/latest')
  @ApiOperation({ summary: 'The newest sample of each battery of a ship' })
  @ApiOkResponse({ type: [SampleDto] })
  @ApiNotFoundResponse({ description: 'SHIP_NOT_FOUND' })
  async latest(@Param('name') name: string): Promise<SampleDto[]> {
    return (await this.ships.latest(name)).map((sample) => SampleDto.of(sample));
  }
}
