import { setTimeout as wait } from 'node:timers/promises';
import type { ContactReport, StreamOptionsDto } from '#common/contracts';
import { ask } from '../ask.js';
import { progressBar, type Screen } from './screen.js';

export interface DemoContact {
  readonly id: string;
  readonly ship_name: string;
  readonly start_time: string;
  readonly duration: number;
  readonly state: string;
  readonly lateness_ms: number | null;
  readonly end_reason: string | null;
  readonly report: ContactReport | null;
}

interface Reception {
  readonly contact_id: string;
  readonly datagrams: { readonly received: number };
}

export interface Wish {
  readonly ship_name: string;
  readonly stream: StreamOptionsDto;
}

const END_STATES = new Set(['completed', 'failed', 'missed', 'cancelled', 'stopped']);
/** How long after its planned end a contact may take to close its account. */
const CLOSING_MS_MAX = 10_000;
const REFRESH_MS = 200;

export interface Addresses {
  readonly scheduler: string;
  readonly ingestor: string;
}

export async function book(
  { scheduler }: Addresses,
  wishes: readonly Wish[],
  inMs: number,
  durationSeconds: number,
): Promise<DemoContact[]> {
  const start_time = new Date(Date.now() + inMs).toISOString();
  const bookings = wishes.map((wish) => ({ ...wish, start_time, duration: durationSeconds }));
  return Promise.all(
    bookings.map((booking) => ask<DemoContact>(`${scheduler}/scheduler/`, booking)),
  );
}

/** Shows the contacts until all have ended and told their account. */
export async function follow(
  addresses: Addresses,
  booked: readonly DemoContact[],
  screen: Screen,
): Promise<DemoContact[]> {
  const giveUpAt = Math.max(...booked.map(plannedEndMs)) + CLOSING_MS_MAX;
  for (;;) {
    const contacts = await Promise.all(
      booked.map(({ id }) => ask<DemoContact>(`${addresses.scheduler}/scheduler/${id}`)),
    );
    const receptions = await ask<Reception[]>(`${addresses.ingestor}/receptions`);
    screen.show(
      contacts.map((contact) => liveLine(contact, receptions)),
      plainLine(contacts),
    );
    if (contacts.every(({ state, report }) => END_STATES.has(state) && report !== null))
      return contacts;
    if (Date.now() > giveUpAt) return contacts;
    await wait(REFRESH_MS);
  }
}

const plannedEndMs = ({ start_time, duration }: DemoContact): number =>
  Date.parse(start_time) + duration * 1_000;

function liveLine(contact: DemoContact, receptions: readonly Reception[]): string {
  const elapsedMs = Date.now() - Date.parse(contact.start_time);
  const ofNow = receptions.find(({ contact_id }) => contact_id === contact.id);
  const received = contact.report?.datagrams.received ?? ofNow?.datagrams.received ?? 0;
  const when =
    elapsedMs < 0 ? `starts in ${(-elapsedMs / 1_000).toFixed(1)} s` : `${received} received`;
  const bar = progressBar(elapsedMs / (contact.duration * 1_000));
  return `  ${contact.ship_name.padEnd(16)} ${contact.state.padEnd(10)} ${bar}  ${when}`;
}

const plainLine = (contacts: readonly DemoContact[]): string =>
  contacts.map(({ ship_name, state }) => `${ship_name}: ${state}`).join(', ');
