import { RECEPTION_OPEN, type ReceptionOpenDto } from '#common/contracts';
import { formatInstant, MICROS_PER_SECOND, plannedEnd } from '#common/domain';
import type { Envelope } from '#common/messaging';
import type {
  MemoryBegunLine,
  SentMessage,
} from '../../apps/scheduler/src/adapters/memory/memory-contact.tables.js';
import type { StoredContact } from '../../apps/scheduler/src/contacts/contact-store.port.js';
import type { World } from './world.js';

/**
 * Where no call is lost and nobody crashes, the sweep alone starts a contact so soon, whatever alarms,
 * brokers and the clocks of hosts do.
 */
const LATE_MICROS_MAX = MICROS_PER_SECOND;
/** What its starter has not written down by then, others do. */
const SILENT_MICROS = 2 * MICROS_PER_SECOND;

/** Looks at the two steps of every start: the line at its instant, and the row a little later. */
export class StartsJudge {
  readonly #starts = new Set<string>();
  /** Of the starts that no row tells of yet. */
  readonly #begun = new Map<string, MemoryBegunLine>();
  /** Starts whose command the broker has taken. */
  readonly #commanded = new Set<string>();
  /** When a booking was committed or last changed. */
  readonly #booked = new Map<string, number>();

  constructor(private readonly world: World) {}

  has(contactId: string, fence: number): boolean {
    return this.#starts.has(`${contactId}/${fence}`);
  }

  /** Whether its row does not say yet that it began. */
  isBegun(contactId: string): boolean {
    return this.#begun.has(contactId);
  }

  booked({ id }: StoredContact, now: number): void {
    this.#booked.set(id, now);
  }

  /** The short line at the instant of a start. */
  began(line: MemoryBegunLine, now: number): void {
    const { contactId: id, fence, startedAt } = line;
    const contact = this.world.tables.contacts.get(id)!;
    this.world.note(() => `  contact ${id.slice(-2)}: begins`);
    this.world.count('begun');
    if (contact.state !== 'scheduled' || this.#begun.has(id) || fence !== contact.fence + 1)
      this.#violation(`contact ${id} begins, which is ${contact.state}, fence ${contact.fence}`);
    this.#begun.set(id, line);
    this.#started({ ...contact, fence, startedAt }, now);
  }

  /** The row says what the line said. @returns which messages belong to that */
  writtenDown(
    contact: StoredContact,
    sent: readonly SentMessage[],
    now: number,
  ): readonly string[] {
    const { id, fence, startedAt } = contact;
    const line = this.#begun.get(id);
    this.#begun.delete(id);
    this.#settledLate(id, now - startedAt!);
    if (line?.fence !== fence || line.startedAt !== startedAt)
      this.#violation(`contact ${id} is written down as started, and began otherwise or never`);
    const command = sent.find((one) => isCommand(contact, one));
    if (!command) this.world.count('command on the bus');
    else this.world.count(command.leaseMs > 0 ? 'command left to its sender' : 'command by outbox');
    if (command) return [RECEPTION_OPEN];
    if (!this.#commanded.has(`${id}/${fence}`))
      this.#violation(`the command of contact ${id} is neither on the bus nor in the outbox`);
    return [];
  }

  /** The broker has taken it. */
  published({ type, data }: Envelope): void {
    if (type !== RECEPTION_OPEN) return;
    const { contact_id: id, fence } = data as ReceptionOpenDto;
    if (!this.#starts.has(`${id}/${fence}`))
      this.#violation(`contact ${id}, fence ${fence}, is commanded without a start`);
    this.#commanded.add(`${id}/${fence}`);
  }

  missed(contact: StoredContact, now: number): void {
    if (now < plannedEnd(contact))
      this.#violation(`contact ${contact.id} was missed before its window had passed`);
    this.#late(contact, plannedEnd(contact));
  }

  forget({ id, fence }: StoredContact): void {
    this.#booked.delete(id);
    for (let start = 1; start <= fence; start += 1) {
      this.#starts.delete(`${id}/${start}`);
      this.#commanded.delete(`${id}/${start}`);
    }
  }

  #started(contact: StoredContact, now: number): void {
    const { id, fence, startTime } = contact;
    if (now < startTime)
      this.#violation(
        `contact ${id} was started ${startTime - now} µs before ${formatInstant(startTime)}`,
      );
    if (now >= plannedEnd(contact)) this.#violation(`contact ${id} was started after its window`);
    if (contact.startedAt !== now) this.#violation(`contact ${id} lies about its start`);
    const start = `${id}/${fence}`;
    if (this.#starts.has(start))
      this.#violation(`contact ${id} was started twice with fence ${fence}`);
    this.#starts.add(start);
    this.#late(contact, now);
  }

  #settledLate(id: string, lateMicros: number): void {
    if (lateMicros >= SILENT_MICROS) this.world.count('settled by another');
    const { crash, lost, outages } = this.world.profile;
    if (crash + lost + outages === 0 && lateMicros > LATE_MICROS_MAX)
      this.#violation(`the start of contact ${id} was written down ${lateMicros} µs later`);
  }

  #late({ id, startTime }: StoredContact, now: number): void {
    const { crash, lost, outages } = this.world.profile;
    if (crash + lost + outages > 0) return;
    const lateMicros = now - Math.max(startTime, this.#booked.get(id)!);
    if (lateMicros > LATE_MICROS_MAX)
      this.#violation(`contact ${id} was held back by ${lateMicros} µs`);
  }

  #violation(what: string): void {
    this.world.violate(what);
  }
}

function isCommand({ id, fence }: StoredContact, { message }: SentMessage): boolean {
  if (message.type !== RECEPTION_OPEN) return false;
  const open = message.data as ReceptionOpenDto;
  return open.contact_id === id && open.fence === fence;
}
