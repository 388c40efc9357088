import type { DataSource } from 'typeorm';
import { readers } from '../../apps/ingestor/src/adapters/testing/filled-archive.js';
import { TypeOrmWaitingMinutes } from '../../apps/ingestor/src/adapters/typeorm-waiting.minutes.js';
import { MinuteLevelling } from '../../apps/ingestor/src/archive/minute-levelling.js';

const MINUTES_MAX = 10_000;

/** A round of the upkeep over all minutes that wait; unlike it, not even those that still fill are left out. */
export async function mergeMinutes(source: DataSource): Promise<{ done: number; left: number }> {
  const minutes = new TypeOrmWaitingMinutes(source);
  const levelling = new MinuteLevelling(readers, async () => undefined);
  const outcome = { done: 0, left: 0 };
  for (const minute of await minutes.list(null, MINUTES_MAX)) {
    const keeper = await minutes.claim(minute.shipId);
    const isDone = keeper !== null && (await levelling.level(keeper, minute));
    outcome[isDone ? 'done' : 'left'] += 1;
    await keeper?.release();
  }
  return outcome;
}
