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
import { elementSetOf, OrbitDto, orbitDtoOf, PutOrbitDto } from './orbit.dto.js';
import { OrbitsService } from './orbits.service.js';
import { PassesService } from './passes.service.js';

@ApiTags('passes')
@Controller('orbits')
export class OrbitsController {
  constructor(
    private readonly orbits: OrbitsService,
    private readonly passes: PassesService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The ships with orbital elements, by name; the next page is in Link' })
  @ApiOkResponse({ type: [OrbitDto] })
  async page(
    @Query() { limit, cursor }: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrbitDto[]> {
    const page = await this.orbits.page(limit, nameOf(cursor));
    return linkedItems(page, request, reply).map((ship) => orbitDtoOf(ship, this.passes.now));
  }

  @Get(':ship_name')
  @ApiOperation({ summary: 'The orbital elements of a ship, and how old they are' })
  @ApiOkResponse({ type: OrbitDto })
  @ApiNotFoundResponse({ description: 'ORBIT_NOT_FOUND' })
  async get(@Param('ship_name') shipName: string): Promise<OrbitDto> {
    return orbitDtoOf(await this.orbits.get(shipName), this.passes.now);
  }

  @Put(':ship_name')
  @ApiOperation({ summary: 'Orbital elements, in the place of what was there before' })
  @ApiOkResponse({ type: OrbitDto })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED: a TLE by line and columns' })
  @ApiConflictResponse({ description: 'ORBITS_FULL' })
  async put(@Param('ship_name') shipName: string, @Body() body: PutOrbitDto): Promise<OrbitDto> {
    checkName('ship_name', shipName);
    const put = await this.orbits.put(shipName, elementSetOf(body));
    return orbitDtoOf(put, this.passes.now);
  }

  @Delete(':ship_name')
  @HttpCode(204)
  @ApiOperation({ summary: 'No orbital elements any more; contacts stay' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'ORBIT_NOT_FOUND' })
  async remove(@Param('ship_name') shipName: string): Promise<void> {
    await this.orbits.remove(shipName);
  }
}
