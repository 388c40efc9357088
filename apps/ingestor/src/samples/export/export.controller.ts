import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contentTypeOf, dispositionOf } from './export-file.js';
import { ExportQueryDto } from './export-query.dto.js';
import { ExportService } from './export.service.js';

@ApiTags('ships')
@Controller('ships')
export class ExportController {
  constructor(private readonly exports: ExportService) {}

  @Get(':name/export')
  @ApiOperation({
    summary: 'All samples of a range, streamed',
    description:
      'csv: a row per time. ndjson: a sample per line. parquet: a row per sample. An export of csv or ndjson ' +
      'that was cut off goes on with after=<the last time that is complete>.',
  })
  @ApiProduces('text/csv', 'application/x-ndjson', 'application/vnd.apache.parquet')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED, SAMPLES_TOO_MANY' })
  @ApiNotFoundResponse({ description: 'SHIP_NOT_FOUND' })
  @ApiServiceUnavailableResponse({ description: 'EXPORTS_FULL, PACKET_DEFINITION_UNKNOWN' })
  async export(
    @Param('name') name: string,
    @Query() query: ExportQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readable | string> {
    // Fastify would read all of an export to answer HEAD with nothing of it.
    const stream = request.method === 'HEAD' ? '' : await this.exports.open(name, query);
    void reply
      .header('content-type', contentTypeOf(query.format))
      .header('content-disposition', dispositionOf(name, query.format));
    return stream;
  }
}
