import { RECEPTION_PREPARE, type ReceptionPrepareDto } from '#common/contracts';
import {
  END_STATES,
  MICROS_PER_SECOND,
  parseInstant,
  type RocketTrack,
  speedValue,
} from '#common/domain';
import type { Envelope } from '#common/messaging';
import type { MemoryCommit } from '../../apps/scheduler/src/adapters/memory/memory-contact.tables.js';
import type { StoredContact } from '../../apps/scheduler/src/contacts/contact-store.port.js';
import type {
  Begun,
  NewReception,
  ReceptionEnd,
} from '../../apps/ingestor/src/receptions/reception-store.port.js';
import { rocketOf } from './rocket-oracle.js';
import { StartsJudge } from './starts-judge.js';
import type { World } from './world.js';

/** What a step may lead to, and which messages tell of it. Written down once more, not read from the code. */
const STEPS: Readonly<Record<string, readonly string[]>> = {
  'nothing>scheduled': ['contact.scheduled'],
  'scheduled>scheduled': ['contact.scheduled'],
  /** And its command, where the bus has it not. */
  'scheduled>starting': [],
  'scheduled>missed': ['contact.missed'],
  'scheduled>cancelled': ['contact.cancelled'],
  'starting>active': [],
  'starting>completed': [],
  'starting>failed': [],
  'starting>stopped': ['contact.cancelled', 'reception.close'],
  'active>completed': [],
  'active>failed': [],
  'active>stopped': ['contact.cancelled', 'reception.close'],
};
const GIVEN_UP = ['contact.failed'];
const isEnded = ({ state }: StoredContact): boolean =>
  (END_STATES as readonly string[]).includes(state);

/** Its stop, and the wait for what is under way, with nothing in the way of them. */
const ENDED_LATE_MICROS_MAX = 3 * MICROS_PER_SECOND;

/** Looks at every commit, every reception and every rocket, and at the whole when all is quiet. */
export class Judge {
  readonly #receptions = new Map<string, number>();
  readonly starts: StartsJudge;

  constructor(private readonly world: World) {
    this.starts = new StartsJudge(world);
  }

  /** A receiver is told ahead of the very start that comes next. */
  #prepared({ data }: Envelope): void {
    const { contact_id: id, fence } = data as ReceptionPrepareDto;
    const contact = this.world.tables.contacts.get(id);
    if (contact?.state !== 'scheduled' || fence !== contact.fence + 1)
      this.#violation(`told to prepare contact ${id}, fence ${fence}, which is ${contact?.state}`);
  }

  /** Of one transaction on the contacts, at the moment of its commit by the database's clock. */
  committed({ contacts, history, messages: sent, begun }: MemoryCommit, now: number): void {
    const messages = sent.map(({ message }) => message);
    for (const message of messages) if (message.type === RECEPTION_PREPARE) this.#prepared(message);
    const types = messages.map(({ type }) => type).filter((type) => type !== RECEPTION_PREPARE);
    for (const line of begun) this.starts.began(line, now);
    const expected: string[] = [];
    let historyCount = 0;
    for (const [before, after] of contacts) {
      const step = `${before?.state ?? 'nothing'}>${after.state}`;
      this.world.note(() => `  contact ${after.id.slice(-2)}: ${step}`);
      this.world.count(step);
      if (before && isEnded(before)) {
        this.#endIsFinal(before, after);
        continue;
      }
      historyCount += 1;
      const row = history.find(({ contactId }) => contactId === after.id);
      if (row?.state !== after.state || row.revision !== after.revision)
        this.#violation(`the history says not ${step}`);
      const told = STEPS[step];
      if (!told) this.#violation(`contact ${after.id} went ${step}`);
      expected.push(...(told ?? []), ...(isGivenUp(after, row?.by) ? GIVEN_UP : []));
      this.#fences(before, after);
      if (step === 'scheduled>starting')
        expected.push(...this.starts.writtenDown(after, sent, now));
      else if (this.starts.isBegun(after.id))
        this.#violation(`contact ${after.id} went ${step} after it had begun`);
      if (after.state === 'scheduled') this.starts.booked(after, now);
      if (after.state === 'missed') this.starts.missed(after, now);
      if (isEnded(after) && after.endedAt === null)
        this.#violation(`contact ${after.id} ended as ${after.state} at no time`);
    }
    if (history.length !== historyCount) this.#violation('the history has other rows than changes');
    if (types.toSorted().join() !== expected.toSorted().join())
      this.#violation(
        `told ${types.join() || 'nothing'} of what needs ${expected.join() || 'nothing'}`,
      );
    const { length } = this.world.tables.history;
    if (history.some(({ number }, at) => number !== length + at + 1))
      this.#violation('the numbers of the history have a gap');
  }

  /** An ingestor has begun a reception, or was told that it is known. */
  begun({ opening }: NewReception, { outcome }: Begun): void {
    if (outcome !== 'begun') return;
    const { contactId, fence } = opening;
    const before = this.#receptions.get(contactId) ?? 0;
    if (fence <= before)
      this.#violation(`contact ${contactId}, fence ${fence}, is received after ${before}`);
    this.#receptions.set(contactId, fence);
    if (!this.starts.has(contactId, fence))
      this.#violation(`contact ${contactId} is received without a start`);
  }

  /** A report is stored: of a contact that nobody called off at its planned end, whatever hosts' clocks show. */
  reported({ contactId, report }: ReceptionEnd, isOurs: boolean): void {
    if (!isOurs || report.state !== 'completed') return;
    const lateMicros = this.world.tables.now() - parseInstant(report.planned_end)!;
    if (lateMicros < 0)
      this.#violation(`contact ${contactId} ended ${-lateMicros} µs before its planned end`);
    const { crash, lost, outages, shipAway, heldUp, cancelled } = this.world.profile;
    const isHeldBack = crash + lost + outages + shipAway + heldUp + cancelled > 0;
    if (!isHeldBack && lateMicros > ENDED_LATE_MICROS_MAX)
      this.#violation(`contact ${contactId} ended ${lateMicros} µs after its planned end`);
  }

  /** A rocket is what its messages say, in whichever order they came. */
  received({ channel, rocket, taken }: RocketTrack, outcome: string): void {
    const messages = [...(this.world.rockets.taken.get(channel)?.values() ?? [])];
    const expected = rocketOf(messages);
    const { mission, explodedReason } = rocket;
    const found = { speed: speedValue(rocket.speed), mission, explodedReason };
    if (JSON.stringify(found) !== JSON.stringify(expected))
      this.#violation(
        `rocket ${channel} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`,
      );
    if (outcome === 'conflict') this.#violation(`rocket ${channel} contradicts itself`);
    if (taken.lowWater > messages.length) this.#violation(`rocket ${channel} counts too much`);
  }

  /** An archive takes it away. */
  forget(contact: StoredContact): void {
    this.#receptions.delete(contact.id);
    this.starts.forget(contact);
  }

  /** Nothing is on its way any more: what is not in order now never will be. */
  quiet(): void {
    for (const contact of this.world.tables.contacts.values()) this.#cameToItsEnd(contact);
    for (const id of this.world.tables.begun.keys())
      this.#violation(`the start of contact ${id} is never written down`);
    const rows = new Map(this.world.tables.history.map((row) => [row.contactId, row]));
    for (const contact of this.world.tables.contacts.values())
      if (rows.get(contact.id)?.state !== contact.state)
        this.#violation(`the history of contact ${contact.id} ends otherwise than the contact`);
    for (const [channel, track] of this.world.rockets.tracks) {
      const { size } = this.world.rockets.taken.get(channel)!;
      if (track.taken.lowWater !== size) this.#violation(`rocket ${channel} misses messages`);
    }
  }

  #cameToItsEnd(contact: StoredContact): void {
    const { id, state, fence, report } = contact;
    if (!isEnded(contact)) return this.#violation(`contact ${id} is ${state} for ever`);
    if (state !== 'completed' && !contact.endReason)
      this.#violation(`contact ${id} is ${state}, and nobody knows why`);
    if (fence === 0) return;
    const reception = this.world.receptions.receptions.get(id);
    if (!reception) return this.#violation(`contact ${id} was started and never received`);
    if (!reception.isEnded) return this.#violation(`contact ${id} is received for ever`);
    if (report === null) this.#violation(`contact ${id} lacks the report that its receiver made`);
  }

  #fences(before: StoredContact | undefined, after: StoredContact): void {
    const grown = after.state === 'starting' ? 1 : 0;
    if (after.fence !== (before?.fence ?? 0) + grown)
      this.#violation(`the fence of contact ${after.id} became ${after.fence}`);
  }

  #endIsFinal(before: StoredContact, after: StoredContact): void {
    const { report: _, ...was } = before;
    const { report, ...is } = after;
    if (JSON.stringify(was) !== JSON.stringify(is) || report === null)
      this.#violation(`contact ${after.id} had ended as ${before.state} and became ${after.state}`);
  }

  #violation(what: string): void {
    this.world.violate(what);
  }
}

const isGivenUp = ({ state }: StoredContact, by: string | undefined): boolean =>
  state === 'failed' && by === 'scheduler';
