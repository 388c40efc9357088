import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instantOf } from '#common/domain';
import { ManualClock } from '#common/platform';
import { until } from '../../../../test/support/until.js';
import { MemoryBlockPartitions } from '../adapters/memory/memory-block.partitions.js';
import { IngestorConfig } from '../ingestor.config.js';
import {
  FAULT_SHOWN_AFTER_MS,
  PartitionUpkeep,
  RETRY_AFTER_MS,
  ROUND_EVERY_MS,
  WEEKS_AHEAD,
} from './partition-upkeep.js';
import { PartitionRightsError } from './partitions.port.js';
import { WEEK_MICROS, weekOf } from './week.js';

const NOW = new Date('2030-06-12T12:00:00Z');
const now = instantOf(NOW);

describe('PartitionUpkeep', () => {
  let clock: ManualClock;
  let partitions: MemoryBlockPartitions;
  let upkeep: PartitionUpkeep;

  beforeEach(() => {
    clock = new ManualClock(NOW);
    partitions = new MemoryBlockPartitions();
    upkeep = start();
  });

  afterEach(() => upkeep.onModuleDestroy());

  const start = (retentionDays?: number): PartitionUpkeep =>
    new PartitionUpkeep(
      partitions,
      clock,
      Object.assign(new IngestorConfig(), { TELEMETRY_RETENTION_DAYS: retentionDays }),
    );

  /** The alarm of the next round is set when one has ended. */
  async function round(afterMs: number): Promise<void> {
    clock.advance(afterMs);
    await until(() => expect(clock.alarmCount).toBe(1));
  }

  it('skips while another process does it, and is well', async () => {
    partitions.isClaimed = true;
    upkeep.onApplicationBootstrap();
    await round(0);

    expect(await partitions.weeks()).toEqual([]);
    expect(upkeep.check()).toMatchObject({ status: 'up' });
  });

  it('lets go of its claim after each round', async () => {
    upkeep.onApplicationBootstrap();
    await round(0);

    expect(await partitions.weeks()).toHaveLength(WEEKS_AHEAD + 2);
    expect(partitions.isClaimed).toBe(false);
  });

  it('tells a fault that lasts, and that it is over', async () => {
    partitions.fault = new Error('The database is away');
    upkeep.onApplicationBootstrap();
    await round(0);
    expect(upkeep.check()).toMatchObject({ status: 'up' });

    for (let passedMs = 0; passedMs < FAULT_SHOWN_AFTER_MS; passedMs += RETRY_AFTER_MS)
      await round(RETRY_AFTER_MS);
    expect(upkeep.check()).toMatchObject({ status: 'degraded' });

    partitions.fault = null;
    await round(RETRY_AFTER_MS);
    expect(upkeep.check()).toMatchObject({ status: 'up' });
  });

  it('tells at once that it lacks the rights', async () => {
    partitions.fault = new PartitionRightsError('The role may not');
    upkeep.onApplicationBootstrap();
    await round(0);

    expect(upkeep.check()).toMatchObject({ status: 'degraded', reason: 'The role may not' });
  });

  it('tries a week that holds too much once', async () => {
    partitions.crowded.add(weekOf(now).start);
    upkeep.onApplicationBootstrap();
    await round(0);
    await round(ROUND_EVERY_MS);

    expect(partitions.refusedCount).toBe(1);
    expect(upkeep.check()).toMatchObject({ weeks_in_default: 1 });
  });

  it('drops the weeks before the retention, and those that no clock can mean', async () => {
    await partitions.create(weekOf(now, -4));
    await partitions.create(weekOf(now, -5));
    await partitions.create(weekOf(now + 100 * WEEK_MICROS));
    upkeep = start(30);
    upkeep.onApplicationBootstrap();
    await round(0);

    const weeks = (await partitions.weeks()).map(({ start: monday }) => monday);
    expect(weeks).toEqual([-4, -1, 0, 1, 2, 3, 4].map((later) => weekOf(now, later).start));
  });

  it('drops nothing without a retention', async () => {
    await partitions.create(weekOf(now, -500));
    upkeep.onApplicationBootstrap();
    await round(0);

    expect((await partitions.weeks())[0]).toEqual(weekOf(now, -500));
  });

  it('leaves no alarm behind', async () => {
    upkeep.onApplicationBootstrap();
    await round(0);
    await upkeep.onModuleDestroy();

    expect(clock.alarmCount).toBe(0);
  });
});
