import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '#common/domain';
import { linkedItems, UuidParam } from '#common/platform';
import { ContactReportDto } from './contact-report.dto.js';
import { MissingQueryDto, MissingRangesDto } from './missing-ranges.dto.js';
import { MissingRangesService, reportNotFound } from './missing-ranges.service.js';
import { ContactStreamDto, ReceptionDto } from './reception.dto.js';
import { ReceptionStore } from './reception-store.port.js';
import { ReceptionsService } from './receptions.service.js';

const NOT_FOUND = 'REPORT_NOT_FOUND: unknown, or not ended yet';

@ApiTags('contacts')
@Controller()
export class ReceptionsController {
  constructor(
    private readonly receptions: ReceptionsService,
    private readonly store: ReceptionStore,
    private readonly missingRanges: MissingRangesService,
  ) {}

  @Get('receptions')
  @ApiOperation({ summary: 'The open receptions with their counters' })
  @ApiOkResponse({ type: [ReceptionDto] })
  list(): ReceptionDto[] {
    return this.receptions.list().map((reception) => ReceptionDto.of(reception));
  }

  @Get('contacts/:contact_id/stream')
  @ApiOperation({ summary: 'Under which key the ship streams, or did: its ledger is found by it' })
  @ApiOkResponse({ type: ContactStreamDto })
  @ApiNotFoundResponse({ description: 'STREAM_NOT_FOUND: the ship has not agreed to one' })
  async stream(@UuidParam('contact_id') id: string): Promise<ContactStreamDto> {
    const agreement = await this.store.agreement(id);
    if (agreement) return ContactStreamDto.of(id, agreement);
    throw new DomainError('STREAM_NOT_FOUND', `No ship has agreed to stream for contact ${id}.`);
  }

  @Get('contacts/:contact_id/report')
  @ApiOperation({ summary: 'The account of a contact that has ended' })
  @ApiOkResponse({
    type: ContactReportDto,
    description: 'Every datagram and every number of the contact, explained',
  })
  @ApiNotFoundResponse({ description: NOT_FOUND })
  async report(@UuidParam('contact_id') id: string): Promise<ContactReportDto> {
    const report = await this.store.report(id);
    if (!report) throw reportNotFound(id);
    return report;
  }

  @Get('contacts/:contact_id/report/missing')
  @ApiOperation({
    summary: 'All that a contact misses, by ranges; the next page is in the Link header',
    description: 'Also what its report has no room for.',
  })
  @ApiOkResponse({ type: MissingRangesDto })
  @ApiBadRequestResponse({ description: 'VALIDATION_FAILED' })
  @ApiNotFoundResponse({ description: NOT_FOUND })
  async missing(
    @UuidParam('contact_id') id: string,
    @Query() query: MissingQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MissingRangesDto> {
    const page = await this.missingRanges.page(id, query);
    return {
      revision: page.revision,
      complete: page.isComplete,
      missing_ranges_total: page.total,
      missing_ranges: linkedItems(page, request, reply),
    };
  }
}
