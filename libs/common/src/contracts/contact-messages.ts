import { IsIn, IsInt, IsObject, IsOptional, IsString, IsUUID, Min } from 'class-validator';
import type { ContactReport } from './contact-report.js';
import { IsInstant } from './instant.decorator.js';

/** Events of the scheduler. */
export const CONTACT_SCHEDULED = 'contact.scheduled';
export const CONTACT_MISSED = 'contact.missed';
/** Ended on request, before its start (`cancelled`) or during it (`stopped`). */
export const CONTACT_CANCELLED = 'contact.cancelled';

/** Events of the ingestor that runs the contact. */
export const CONTACT_STARTED = 'contact.started';
export const CONTACT_COMPLETED = 'contact.completed';
export const CONTACT_FAILED = 'contact.failed';
/** Telemetry of a contact that has ended was stored late. */
export const CONTACT_REPORT_REVISED = 'contact.report-revised';

export const CONTACT_FAULTS = ['user', 'system', 'spacecraft', 'link'] as const;
export type ContactFault = (typeof CONTACT_FAULTS)[number];

/** What the scheduler tells of a contact. */
export interface ContactEvent {
  readonly contact_id: string;
  readonly ship_name: string;
  readonly antenna: string | null;
  readonly channel: string | null;
  readonly state: string;
  readonly revision: number;
  readonly start_time: string;
  readonly duration: number;
  readonly reason: string | null;
  /** The contact or the block that took its antenna. */
  readonly displaced_by: string | null;
}

/** The ship was asked for its stream and agreed: the contact is under way. */
export class ContactStartedDto {
  @IsUUID()
  readonly contact_id: string;

  @IsInt()
  @Min(1)
  readonly fence: number;

  @IsInstant()
  readonly stream_asked_at: string;
}

/** The contact is over, as planned or stopped on request. */
export class ContactCompletedDto {
  @IsUUID()
  readonly contact_id: string;

  @IsInt()
  @Min(1)
  readonly fence: number;

  @IsInstant()
  readonly ended_at: string;

  @IsObject()
  readonly report: ContactReport;
}

/** The contact could not be held, or not to its end. */
export class ContactFailedDto {
  @IsUUID()
  readonly contact_id: string;

  @IsInt()
  @Min(1)
  readonly fence: number;

  @IsInstant()
  readonly ended_at: string;

  @IsIn(CONTACT_FAULTS)
  readonly fault: ContactFault;

  @IsString()
  readonly reason: string;

  @IsOptional()
  @IsObject()
  readonly report?: ContactReport;
}

/** The account of a contact that has ended became another one: its revision says which is newer. */
export class ContactReportRevisedDto {
  @IsUUID()
  readonly contact_id: string;

  @IsInt()
  @Min(1)
  readonly fence: number;

  @IsObject()
  readonly report: ContactReport;
}
