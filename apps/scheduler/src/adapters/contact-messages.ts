import {
  CONTACT_FAILED,
  type ContactEvent,
  type ContactFailedDto,
  RECEPTION_CLOSE,
  RECEPTION_OPEN,
  RECEPTION_PREPARE,
  type ReceptionCloseDto,
  type ReceptionOpenDto,
  type ReceptionPrepareDto,
} from '#common/contracts';
import { formatInstant, latenessMs, MICROS_PER_MILLISECOND, plannedEnd } from '#common/domain';
import { type Envelope, envelope } from '#common/messaging';
import type { StoredContact } from '../contacts/contact-store.port.js';
import { startMessageId } from './start-message-id.js';

/** What others are told of a contact, whichever store it lies in. */
export function contactEventOf(contact: StoredContact): ContactEvent {
  return {
    contact_id: contact.id,
    ship_name: contact.shipName,
    antenna: contact.antenna,
    channel: contact.channel,
    state: contact.state,
    revision: contact.revision,
    start_time: formatInstant(contact.startTime),
    duration: contact.durationSeconds,
    reason: contact.endReason,
    displaced_by: contact.displacedBy,
  };
}

export function contactFailedOf(contact: StoredContact): Envelope {
  const failed: ContactFailedDto = {
    contact_id: contact.id,
    fence: contact.fence,
    ended_at: formatInstant(contact.endedAt ?? plannedEnd(contact)),
    fault: 'system',
    reason: contact.endReason ?? '',
  };
  return envelope(CONTACT_FAILED, failed);
}

/** Of the start that is to come. */
export function receptionPrepareOf(contact: StoredContact): Envelope {
  const prepare: ReceptionPrepareDto = {
    contact_id: contact.id,
    fence: contact.fence + 1,
    ship_name: contact.shipName,
    planned_start: formatInstant(contact.startTime),
    planned_end: formatInstant(plannedEnd(contact)),
    stream: contact.stream,
  };
  return envelope(RECEPTION_PREPARE, prepare);
}

/** What the command of a start is made from. */
export type StartedContact = Order & Pick<StoredContact, 'startedAt'>;

/** Whoever makes it, whenever: the command of one start is the same message. */
export function receptionOpenOf(contact: StartedContact): Envelope {
  const startedAt = contact.startedAt ?? contact.startTime;
  // Each by name: in a burst, copies of objects are what a start takes most time for.
  const open: ReceptionOpenDto = {
    contact_id: contact.id,
    fence: contact.fence,
    ship_name: contact.shipName,
    planned_start: formatInstant(contact.startTime),
    planned_end: formatInstant(plannedEnd(contact)),
    stream: contact.stream,
    started_at: formatInstant(startedAt),
    lateness_ms: latenessMs(contact) ?? 0,
  };
  const madeAt = new Date(startedAt / MICROS_PER_MILLISECOND);
  return envelope(RECEPTION_OPEN, open, madeAt, startMessageId(contact));
}

type Order = Pick<
  StoredContact,
  'id' | 'fence' | 'shipName' | 'startTime' | 'durationSeconds' | 'stream'
>;

export function receptionCloseOf({ id, fence, endReason }: StoredContact): Envelope {
  const close: ReceptionCloseDto = { contact_id: id, fence, reason: endReason ?? '' };
  return envelope(RECEPTION_CLOSE, close);
}
