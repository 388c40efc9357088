import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import {
  CONTACT_COMPLETED,
  CONTACT_FAILED,
  CONTACT_REPORT_REVISED,
  CONTACT_STARTED,
  ContactCompletedDto,
  ContactFailedDto,
  ContactReportRevisedDto,
  ContactStartedDto,
} from '#common/contracts';
import { parseInstant } from '#common/domain';
import { BUS } from '#common/messaging';
import { EventPayload } from '#common/platform';
import { ContactCourse } from './contact-course.port.js';

/** The bus's way in for what the ingestor tells of a contact. */
@Controller()
export class ContactEventsConsumer {
  constructor(private readonly course: ContactCourse) {}

  @EventPattern(CONTACT_STARTED, BUS)
  async started(@EventPayload() event: ContactStartedDto): Promise<void> {
    await this.course.began(event.contact_id, event.fence);
  }

  @EventPattern(CONTACT_COMPLETED, BUS)
  async completed(@EventPayload() event: ContactCompletedDto): Promise<void> {
    await this.course.ended({
      contactId: event.contact_id,
      fence: event.fence,
      endedAt: parseInstant(event.ended_at) ?? Number.NaN,
      state: 'completed',
      fault: null,
      reason: null,
      report: event.report,
    });
  }

  @EventPattern(CONTACT_FAILED, BUS)
  async failed(@EventPayload() event: ContactFailedDto): Promise<void> {
    await this.course.ended({
      contactId: event.contact_id,
      fence: event.fence,
      endedAt: parseInstant(event.ended_at) ?? Number.NaN,
      state: 'failed',
      fault: event.fault,
      reason: event.reason,
      report: event.report ?? null,
    });
  }

  @EventPattern(CONTACT_REPORT_REVISED, BUS)
  async revised(@EventPayload() event: ContactReportRevisedDto): Promise<void> {
    await this.course.revised(event.contact_id, event.fence, event.report);
  }
}
