import {
  applyMessage,
  newFacts,
  readContent,
  type Rocket,
  type RocketArrival,
  UNKNOWN_ROCKET,
} from '#common/domain';
import type { Envelope } from '#common/messaging';
import { INSERT_OUTBOX, outboxParameters } from '#common/persistence';
import { rocketEnvelope } from '../rocket-event.envelope.js';
import type { LogConnections } from './log-connections.js';
import { type Inserted, InsertedNumbers } from './inserted-numbers.js';
import { inLogOrder, INSERT_TELLING, insertParameters } from './log-statements.js';

/** Whose messages these are in the outbox. */
export const ROCKET_OUTBOX = 'rocket-monitor';

/** "rckt" in ASCII: the first half of the advisory locks. */
const LOCK_CLASS = 0x72_63_6b_74;
/** Channels share so many locks: PostgreSQL has room for some thousands in all. */
const LOCKS = 64;

interface TellingRow {
  readonly inserted: Inserted[] | null;
  /** Channel, number, content. */
  readonly known: [string, number, string][] | null;
}

export interface Told {
  /** Of each message, in their order. */
  readonly isNew: boolean[];
  readonly factCount: number;
}

/**
 * Inserts messages together with the facts that they make known. What was known before is read from the
 * log while no other node can add to it: so the nodes tell each fact once, and agree on their order.
 */
export function insertTelling(
  connections: LogConnections,
  batch: readonly RocketArrival[],
  writer: number,
  now: Date,
): Promise<Told> {
  return connections.transaction(beginLocked(batch), async (client) => {
    const values = insertParameters(inLogOrder(batch), writer);
    const { rows } = await client.query<TellingRow>({ ...INSERT_TELLING, values });
    const [{ inserted, known } = { inserted: null, known: null }] = rows;
    const isNew = new InsertedNumbers(inserted ?? []).claimAll(batch);
    const envelopes = tell(
      batch.filter((_, nr) => isNew[nr]),
      rocketsOf(known ?? []),
      now,
    );
    if (envelopes.length > 0)
      await client.query(INSERT_OUTBOX, outboxParameters(ROCKET_OUTBOX, envelopes));
    return { isNew, factCount: envelopes.length };
  });
}

/** Locks in one order, and a look at the log only then. */
function beginLocked(batch: readonly RocketArrival[]): string {
  const locks = new Set(batch.map(({ channel }) => lockOf(channel)));
  const statements = [...locks]
    .toSorted((a, b) => a - b)
    .map((lock) => `SELECT pg_advisory_xact_lock(${LOCK_CLASS}, ${lock})`);
  return ['BEGIN ISOLATION LEVEL READ COMMITTED', ...statements].join('; ');
}

function lockOf(channel: string): number {
  let hash = 0;
  for (let at = 0; at < channel.length; at += 1)
    hash = (Math.imul(hash, 31) + channel.charCodeAt(at)) >>> 0;
  return hash % LOCKS;
}

/** As far as facts go: speeds are missing in them. */
function rocketsOf(known: NonNullable<TellingRow['known']>): Map<string, Rocket> {
  const rockets = new Map<string, Rocket>();
  for (const [channel, number, content] of known) {
    const before = rockets.get(channel) ?? UNKNOWN_ROCKET;
    rockets.set(channel, applyMessage(before, { channel, number, ...readContent(content) }));
  }
  return rockets;
}

function tell(
  arrivals: readonly RocketArrival[],
  rockets: Map<string, Rocket>,
  now: Date,
): Envelope[] {
  return arrivals.flatMap((arrival) => {
    const { channel } = arrival;
    const before = rockets.get(channel) ?? UNKNOWN_ROCKET;
    const after = applyMessage(before, arrival);
    rockets.set(channel, after);
    return newFacts(before, after).map((fact) => rocketEnvelope(channel, fact, now));
  });
}
