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
export function reportEvent(report: ContactReport): EventData {
  const { contact_id, ship_name, state, revision, closed, accounting, ended_at } = report;
  const { expected, good, missing } = report.numbers;
  const { samples_stored, datagrams } = report;
  return {
    ship: ship_name,
    ...{ contact_id, revision, state, closed, accounting, ended_at },
    received: datagrams.received,
    ...{ expected, good, missing, samples_stored },
  };
}
