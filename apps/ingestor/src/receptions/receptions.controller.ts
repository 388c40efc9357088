import { Controller, Get, Param, ParseUUIDPipe } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ContactReport } from '#common/contracts';
import { DomainError } from '#common/domain';
import { ValidationException } from '#common/platform';
import { ReceptionDto } from './reception.dto.js';
import { ReceptionStore } from './reception-store.port.js';
import { ReceptionsService } from './receptions.service.js';

/** A refused id is named like every other field. */
const contactId = new ParseUUIDPipe({
  exceptionFactory: () =>
    new ValidationException([{ field: 'contact_id', message: 'contact_id must be a UUID' }]),
});

@ApiTags('contacts')
@Controller()
export class ReceptionsController {
  constructor(
    private readonly receptions: ReceptionsService,
    private readonly store: ReceptionStore,
  ) {}

  @Get('receptions')
  @ApiOperation({ summary: 'The open receptions with their counters' })
  @ApiOkResponse({ type: [ReceptionDto] })
  list(): ReceptionDto[] {
    return this.receptions.list().map((reception) => ReceptionDto.of(reception));
  }

  @Get('contacts/:contact_id/report')
  @ApiOperation({ summary: 'The account of a contact that has ended' })
  @ApiOkResponse({ description: 'Every datagram and every number of the contact, explained' })
  @ApiNotFoundResponse({ description: 'REPORT_NOT_FOUND: unknown, or not ended yet' })
  async report(@Param('contact_id', contactId) id: string): Promise<ContactReport> {
    const report = await this.store.report(id);
    if (!report) throw new DomainError('REPORT_NOT_FOUND', `There is no report of contact ${id}.`);
    return report;
  }
}
