import { Controller, Get } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DomainError } from '#common/domain';
import { UuidParam } from '#common/platform';
import { ContactReportDto } from './contact-report.dto.js';
import { ReceptionDto } from './reception.dto.js';
import { ReceptionStore } from './reception-store.port.js';
import { ReceptionsService } from './receptions.service.js';

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
  @ApiOkResponse({
    type: ContactReportDto,
    description: 'Every datagram and every number of the contact, explained',
  })
  @ApiNotFoundResponse({ description: 'REPORT_NOT_FOUND: unknown, or not ended yet' })
  async report(@UuidParam('contact_id') id: string): Promise<ContactReportDto> {
    const report = await this.store.report(id);
    if (!report) throw new DomainError('REPORT_NOT_FOUND', `There is no report of contact ${id}.`);
    return report;
  }
}
