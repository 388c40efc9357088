import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { isUUID } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isText } from '#common/contracts';
import { decodeCursor, linkedItems, PageQueryDto, UuidParam } from '#common/platform';
import { RequestedBy } from '../contacts/cause.dto.js';
import type { BlockPosition } from './antenna-store.port.js';
import {
  ANTENNA_CHARS_MAX,
  AntennaDto,
  BlockDto,
  BlockQueryDto,
  MadeBlockDto,
  PutAntennaDto,
  StoredBlockDto,
} from './antenna.dto.js';
import { AntennasService } from './antennas.service.js';

const INVALID = 'VALIDATION_FAILED: each fault names its field';
const UNKNOWN = 'ANTENNA_NOT_FOUND';

@ApiTags('antennas')
@ApiBadRequestResponse({ description: INVALID })
@Controller('antennas')
export class AntennasController {
  constructor(private readonly antennas: AntennasService) {}

  @Get()
  @ApiOperation({ summary: 'All antennas, by name; a booking registers one that is new' })
  @ApiOkResponse({ type: [AntennaDto] })
  async page(
    @Query() { limit, cursor }: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AntennaDto[]> {
    const after = cursor === undefined ? null : decodeCursor(cursor, isName)[0];
    const page = await this.antennas.page(limit, after);
    return linkedItems(page, request, reply).map((antenna) => AntennaDto.of(antenna));
  }

  @Get(':name')
  @ApiOperation({ summary: 'One antenna' })
  @ApiOkResponse({ type: AntennaDto })
  @ApiNotFoundResponse({ description: UNKNOWN })
  async get(@Param('name') name: string): Promise<AntennaDto> {
    return AntennaDto.of(await this.antennas.get(name));
  }

  @Put(':name')
  @ApiOperation({ summary: 'Make an antenna, or describe it anew' })
  @ApiOkResponse({ type: AntennaDto })
  @ApiConflictResponse({ description: 'ANTENNAS_FULL' })
  async put(@Param('name') name: string, @Body() body?: PutAntennaDto): Promise<AntennaDto> {
    return AntennaDto.of(await this.antennas.put(name, body?.description ?? null));
  }

  @Delete(':name')
  @HttpCode(204)
  @ApiOperation({ summary: 'Forget an antenna and its blocks' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: UNKNOWN })
  @ApiConflictResponse({ description: 'ANTENNA_IN_USE: conflicts names the open contacts' })
  async remove(@Param('name') name: string): Promise<void> {
    await this.antennas.remove(name);
  }

  @Post(':name/blocks')
  @ApiOperation({ summary: 'A window in which nothing can be booked' })
  @ApiCreatedResponse({ type: MadeBlockDto })
  @ApiNotFoundResponse({ description: UNKNOWN })
  @ApiConflictResponse({ description: 'ANTENNA_TAKEN: conflicts names what; ANTENNA_BLOCKS_FULL' })
  async block(
    @Param('name') name: string,
    @Body() block: BlockDto,
    @Query() { displace }: BlockQueryDto,
    @RequestedBy() by: string,
  ): Promise<MadeBlockDto> {
    const cause = { by, reason: block.reason };
    return MadeBlockDto.made(await this.antennas.block(name, block, cause, { displace }));
  }

  @Get(':name/blocks')
  @ApiOperation({ summary: 'The blocks of an antenna, by start' })
  @ApiOkResponse({ type: [StoredBlockDto] })
  @ApiNotFoundResponse({ description: UNKNOWN })
  async blocks(
    @Param('name') name: string,
    @Query() { limit, cursor }: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StoredBlockDto[]> {
    const after = cursor === undefined ? null : positionOf(cursor);
    const page = await this.antennas.blocks(name, limit, after);
    return linkedItems(page, request, reply).map((block) => StoredBlockDto.of(block));
  }

  @Delete(':name/blocks/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Take a block away' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: `${UNKNOWN}, ANTENNA_BLOCK_NOT_FOUND` })
  async unblock(@Param('name') name: string, @UuidParam('id') id: string): Promise<void> {
    await this.antennas.unblock(name, id);
  }
}

const isName = (value: readonly unknown[]): value is readonly [string] =>
  isText(value[0], 1, ANTENNA_CHARS_MAX);

function positionOf(cursor: string): BlockPosition {
  const [start, id] = decodeCursor(cursor, isPosition);
  return { start, id };
}

const isPosition = (value: readonly unknown[]): value is readonly [number, string] =>
  Number.isSafeInteger(value[0]) && isUUID(value[1]);
