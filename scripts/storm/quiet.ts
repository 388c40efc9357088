import { setTimeout as wait } from 'node:timers/promises';
import { poll } from '#common/embedded';
import { type DeadLetter, DeadLetters } from '#common/messaging';
import { SystemClock } from '#common/platform';
import type { LeftOver } from './facts.js';
import type { Ground } from './ground.js';
import { readNumbers, readOpenRows } from './read-facts.js';
import { readRedisOutbox } from './redis-outbox.js';

const LOOK_EVERY_MS = 250;
/** How much longer than allowed it is watched, to tell what is slow from what never ends. */
const PATIENCE_MS = 60_000;
const NUMBERED_MS_MAX = 30_000;
const LETTERS_MAX = 100;
const APPS = ['scheduler', 'ingestor', 'rocket-monitor'];

/** How the storm came to rest. */
export interface Rest {
  /** After the later of: all are back, the last window has passed. Null: it never did. */
  readonly settledMs: number | null;
  /** What was left over at the deadline; nothing when all was at rest by then. */
  readonly leftOver: LeftOver;
}

type Watched = Pick<Ground, 'databaseUrl' | 'redisUrl' | 'broker'>;

/** Waits until nothing is under way any more. `deadlineMs` is what is allowed for it. */
export async function waitForRest(
  ground: Watched,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<Rest> {
  let settlingFrom = performance.now();
  let atDeadline: LeftOver | null = null;
  for (;;) {
    const { rows, windowsLeftMs } = await readOpenRows(ground.databaseUrl);
    if (windowsLeftMs > 0) settlingFrom = performance.now();
    const elapsedMs = performance.now() - settlingFrom;
    const isLate = elapsedMs > deadlineMs;
    if (rows.length === 0 || (isLate && atDeadline === null)) {
      const leftOver = await readLeftOver(ground, rows);
      if (isAtRest(leftOver)) return { settledMs: elapsedMs, leftOver: atDeadline ?? leftOver };
      if (isLate) atDeadline ??= leftOver;
    }
    if (elapsedMs > deadlineMs + PATIENCE_MS || signal.aborted)
      return { settledMs: null, leftOver: atDeadline ?? (await readLeftOver(ground, rows)) };
    await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Waits until each change has its number: one that never gets it is for the judge. */
export async function allNumbered(databaseUrl: string): Promise<{ readonly last: number }> {
  const numbered = await poll(
    async () => {
      const { last, unnumbered } = await readNumbers(databaseUrl);
      return unnumbered === 0 ? { last } : undefined;
    },
    NUMBERED_MS_MAX,
    LOOK_EVERY_MS,
  );
  return numbered ?? readNumbers(databaseUrl);
}

const isAtRest = ({ rows, queues, deadLetters }: LeftOver): boolean =>
  rows.length + queues.length + deadLetters.length === 0;

async function readLeftOver(
  { broker, redisUrl }: Watched,
  rows: readonly string[],
): Promise<LeftOver> {
  const answer = await broker.control('list_queues', '--quiet', 'name', 'messages');
  const queues = answer
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([name, count]) => name?.startsWith('ground.') === true && Number(count) > 0)
    .map(([name, count]) => `${name}: ${count}`);
  const hasDead = queues.some((queue) => queue.includes('.dead:'));
  const deadLetters = hasDead ? await listDeadLetters(broker.url) : [];
  const waiting = await readRedisOutbox(redisUrl);
  return { rows: [...rows, ...waiting], queues, deadLetters: deadLetters.map(lineOf) };
}

async function listDeadLetters(url: string): Promise<DeadLetter[]> {
  const letters = await DeadLetters.open(url, new SystemClock());
  try {
    const lists = await Promise.all(APPS.map((app) => letters.list(app, LETTERS_MAX)));
    return lists.flat();
  } finally {
    await letters.close();
  }
}

const lineOf = ({ app, type, reason, content }: DeadLetter): string =>
  `${app}: ${type}: ${reason}: ${content.slice(0, 300)}`;
