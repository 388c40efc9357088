import { beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { MemoryRocketStore } from '../adapters/memory/memory-rocket.store.js';
import { BatchesService } from './batches.service.js';
import { CheckpointKeeper } from './checkpoint.keeper.js';
import type { RejectedMessage, Taken } from './rocket-store.port.js';
import { RocketsService } from './rockets.service.js';

const GONE = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** A store that is away, for messages, for refused bodies or for both. */
class AbsentStore extends MemoryRocketStore {
  takes = true;
  /** Refused bodies that it still keeps. */
  keepsCount = 0;
  rejectCount = 0;

  override async take(...arrival: Parameters<MemoryRocketStore['take']>): Promise<Taken> {
    if (!this.takes) throw GONE;
    return super.take(...arrival);
  }

  override async reject(message: RejectedMessage): Promise<void> {
    this.rejectCount += 1;
    if (this.rejectCount > this.keepsCount) throw GONE;
    return super.reject(message);
  }
}

const good = (messageNumber: number) =>
  JSON.stringify({
    metadata: {
      channel: 'falcon',
      messageNumber,
      messageTime: '2022-02-02T19:39:05Z',
      messageType: 'RocketSpeedIncreased',
    },
    message: { by: 1 },
  });

const bad = (count: number) => Array.from({ length: count }, () => 'nonsense');

describe('a batch with refused messages', () => {
  let store: AbsentStore;
  let batches: BatchesService;

  beforeEach(() => {
    const events = { publish: () => undefined };
    store = new AbsentStore({ channelsMax: 10, historyMax: 10_000, events });
    const clock = new SystemClock();
    const rockets = new RocketsService(store, new CheckpointKeeper(store), clock);
    batches = new BatchesService(rockets, clock);
  });

  it('is refused as a whole by a store that is away, which is asked a few times only', async () => {
    await expect(batches.take(bad(5_000).join('\n'))).rejects.toBe(GONE);
    store.takes = false;
    await expect(batches.take([good(1), ...bad(5_000)].join('\n'))).rejects.toBe(GONE);

    expect(store.rejectCount).toBeLessThan(50);
  });

  it('has them told as not taken when the store goes away after the good ones', async () => {
    store.keepsCount = 12;
    const { results, ...counts } = await batches.take([good(1), ...bad(1_000), good(2)].join('\n'));

    expect(counts).toMatchObject({ taken: 2, rejected: 0, unavailable: 1_000 });
    expect(results.at(0)).toEqual({ status: 'new' });
    expect(results.at(1)).toMatchObject({ status: 'unavailable', code: 'UNAVAILABLE' });
    expect(results.at(-1)).toEqual({ status: 'new' });
    expect(store.rejectCount).toBeLessThan(50);
  });

  it('has them kept in their order by a store that is there', async () => {
    store.keepsCount = Number.POSITIVE_INFINITY;
    const bodies = Array.from({ length: 35 }, (_, nr) => `nonsense ${nr}`);
    const { rejected } = await batches.take([...bodies, good(1)].join('\n'));

    expect(rejected).toBe(35);
    const kept = await store.rejected(100);
    expect(kept.map(({ body }) => body)).toEqual(bodies.toReversed());
  });
});
