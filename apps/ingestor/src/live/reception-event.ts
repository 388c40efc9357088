import type { ContactReport } from '#common/contracts';
import { formatInstant, type Instant } from '#common/domain';
import type { Reception } from '../receptions/reception.js';
import type { EventData } from './event-sink.js';

/** `left`: another ingestor has it, or a later start of the contact took its place. */
export type ReceptionStep = 'opened' | 'streaming' | 'ended' | 'left';

export function receptionEvent(reception: Reception, step: ReceptionStep, at: Instant): EventData {
  const { contactId, shipName, opening, address } = reception;
  return {
    ship: shipName,
    contact_id: contactId,
    fence: opening.fence,
    step,
    at: formatInstant(at),
    format: opening.stream.format ?? 'json',
    port: address?.port ?? null,
    apid: address?.apid ?? null,
    planned_end: formatInstant(opening.plannedEnd),
  };
}

/** Without the ranges: who wants to know more asks for the report. */
export const reportEvent = (report: ContactReport): EventData => ({
  ship: report.ship_name,
  contact_id: report.contact_id,
  revision: report.revision,
  state: report.state,
  closed: report.closed,
  accounting: report.accounting,
  ended_at: report.ended_at,
  received: report.datagrams.received,
  expected: report.numbers.expected,
  good: report.numbers.good,
  missing: report.numbers.missing,
  samples_stored: report.samples_stored,
});
