import type { Outbox, OutboxRelay } from '#common/messaging';
import type { Clock } from '#common/platform';
import { BegunContacts } from '../../apps/scheduler/src/adapters/begun-contacts.js';
import type { BegunStore } from '../../apps/scheduler/src/adapters/begun-store.port.js';
import type { StartedContact } from '../../apps/scheduler/src/adapters/contact-messages.js';
import { BY_INGESTOR } from '../../apps/scheduler/src/adapters/contact-row.js';
import type { CourseRows } from '../../apps/scheduler/src/adapters/course-rows.port.js';
import { MemoryBegunStore } from '../../apps/scheduler/src/adapters/memory/memory-begun.store.js';
import { MemoryContactStore } from '../../apps/scheduler/src/adapters/memory/memory-contact.store.js';
import { MemoryCourseRows } from '../../apps/scheduler/src/adapters/memory/memory-course.rows.js';
import { TwoStepCourse } from '../../apps/scheduler/src/adapters/two-step.course.js';
import type {
  ContactStore,
  StoredContact,
} from '../../apps/scheduler/src/contacts/contact-store.port.js';
import type { ReceptionStore } from '../../apps/ingestor/src/receptions/reception-store.port.js';
import type {
  ContactCourse,
  ContactEnd,
} from '../../apps/scheduler/src/starts/contact-course.port.js';
import type { Life } from './host.js';
import type { World } from './world.js';

/** Bugs that are planted on purpose: a simulation that does not find them proves nothing. */
export const MUTANTS = [
  'start without fence',
  'start by own clock',
  'wait for own clock',
  'alarm starts',
  'ack before commit',
  'end without fence',
  'settlement forgets commands',
  'change overlooks a start',
  'relay forgets',
  'receiver opens twice',
  'receiver ends by own clock',
] as const;
export type Mutant = (typeof MUTANTS)[number];

/** The course as one scheduler sees it: the real one, over rows that are, or with a bug. */
export function courseOf(world: World, life: Life, relay: OutboxRelay): ContactCourse {
  const starts = new BegunContacts(begunStoreOf(world, life), life.name, relay);
  return new TwoStepCourse(rowsOf(world, life), starts);
}

function rowsOf(world: World, life: Life): CourseRows {
  const rows = life.remote('course', new MemoryCourseRows(world.tables, life.name));
  const { mutant } = world;
  if (mutant === 'start without fence') return starting(rows, () => startWhatWasDue(world, life));
  if (mutant === 'start by own clock') return starting(rows, () => startByClockOf(world, life));
  if (mutant === 'wait for own clock')
    return starting(rows, async (start) => (isAnyDue(world, life) ? start() : []));
  if (mutant === 'end without fence')
    return replaced(rows, 'ended', (end) => life.call('ended', () => endAny(world, end)));
  return rows;
}

/** The real one, or one that takes it for granted that the bus has what was handed over. */
function begunStoreOf(world: World, life: Life): BegunStore {
  const begun = life.remote('begun', new MemoryBegunStore(world.tables));
  if (world.mutant !== 'settlement forgets commands') return begun;
  return replaced(begun, 'write', (contactIds) => begun.write(contactIds, []));
}

/** The real one, or one that changes whatever the row still says is scheduled. */
export function storeOf(world: World, life: Life): ContactStore {
  const begun = life.remote('begun', new MemoryBegunStore(world.tables));
  const isBlind = world.mutant === 'change overlooks a start';
  return new MemoryContactStore(world.tables, begun, (work) =>
    life.call('store', () => (isBlind ? withoutBegun(world, work) : work())),
  );
}

function withoutBegun<T>({ tables: { begun } }: World, work: () => T): T {
  const lines = [...begun];
  begun.clear();
  try {
    return work();
  } finally {
    for (const [id, line] of lines) begun.set(id, line);
  }
}

/** Rows with another way to start, be it what the alarm names or all that is due. */
const starting = (
  rows: CourseRows,
  by: (start: () => Promise<StartedContact[]>) => Promise<StartedContact[]>,
): CourseRows =>
  replaced(
    replaced(rows, 'beginDue', (limit) => by(() => rows.beginDue(limit))),
    'begin',
    (contactIds) => by(() => rows.begin(contactIds)),
  );

/** Looks what is due, and starts that in another statement, which does not look again. */
async function startWhatWasDue(world: World, life: Life): Promise<StartedContact[]> {
  const isDue = ({ state, startTime }: StoredContact): boolean =>
    state === 'scheduled' && startTime <= world.tables.now();
  const read = () => [...world.tables.open.values()].filter(isDue);
  const due = await life.call('reads what is due', read);
  if (due.length === 0) return [];
  return life.call('starts it', () => startAll(world, life, due));
}

/** Asks the clock of its host what is due. */
function startByClockOf(world: World, life: Life): Promise<StartedContact[]> {
  const isDue = ({ state, startTime }: StoredContact): boolean =>
    state === 'scheduled' && startTime <= life.clock.nowMs() * 1_000;
  return life.call('starts by its own clock', () =>
    startAll(world, life, [...world.tables.open.values()].filter(isDue)),
  );
}

/** Whether it is worth asking, as the host's clock sees it. */
const isAnyDue = ({ tables }: World, { clock }: Life): boolean =>
  [...tables.open.values()].some(({ startTime }) => startTime <= clock.nowMs() * 1_000);

/** Starts what the alarm names, since alarms are never wrong. */
export const startRung = (world: World, life: Life, id: string): Promise<StartedContact[]> =>
  life.call('starts what the alarm names', () =>
    startAll(world, life, [world.tables.contacts.get(id)!]),
  );

function startAll(
  { tables }: World,
  { name: starter }: Life,
  contacts: readonly StoredContact[],
): StartedContact[] {
  return tables.transaction((transaction) => {
    const { now: startedAt } = transaction;
    return contacts
      .map((contact) => ({ ...contact, fence: contact.fence + 1, startedAt }))
      .filter(({ id, fence }) => transaction.begin({ contactId: id, fence, startedAt, starter }));
  });
}

/** Believes every end that it is told of. */
function endAny({ tables }: World, told: ContactEnd): boolean {
  return tables.transaction((transaction) => {
    const { contactId, reason, ...end } = told;
    const ended = { ...transaction.find(contactId)!, ...end, endReason: reason };
    transaction.write(ended, null, BY_INGESTOR);
    return true;
  });
}

/** Takes messages out of the outbox when it takes them up, not when the bus has them. */
export function outboxOf(world: World, life: Life): Outbox {
  const outbox = life.remote('outbox', world.schedulerOutbox);
  if (world.mutant !== 'relay forgets') return outbox;
  return replaced(outbox, 'claim', (limit, leaseMs) =>
    life.call('takes messages out', async () => {
      const claimed = await world.schedulerOutbox.claim(limit, leaseMs);
      await world.schedulerOutbox.confirm(claimed.map(({ envelope }) => envelope.id));
      return claimed;
    }),
  );
}

/** Holds the end of a reception against what its host takes the time for. */
export function receiverClockOf(world: World, { clock }: Life): Clock {
  if (world.mutant !== 'receiver ends by own clock') return clock;
  return replaced(clock, 'monotonicMs', () => clock.nowMs());
}

/** Opens what it has open. */
export function receptionStoreOf(world: World, store: ReceptionStore): ReceptionStore {
  if (world.mutant !== 'receiver opens twice') return store;
  return replaced(store, 'begin', async (reception) => {
    const begun = await store.begin(reception);
    return begun.outcome === 'known' ? { outcome: 'begun', at: world.tables.now() } : begun;
  });
}

/** The same port with one method in the place of another. */
const replaced = <T extends object, K extends keyof T>(port: T, name: K, by: T[K]): T =>
  new Proxy(port, {
    get: (_, wanted) => {
      const member: unknown = wanted === name ? by : Reflect.get(port, wanted);
      return typeof member === 'function' ? (member.bind(port) as unknown) : member;
    },
  });
