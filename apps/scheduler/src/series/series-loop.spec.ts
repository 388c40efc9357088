import { Logger } from '@nestjs/common';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { SeriesLoop } from './series.loop.js';
import { RolledSeries } from './testing/rolled-series.js';

const NOW = '2026-03-20T00:00:00Z';
const MINUTE_MS = 60_000;

describe('a SeriesLoop', () => {
  beforeAll(() => Logger.overrideLogger(false));

  const started = (series: RolledSeries): SeriesLoop => {
    const loop = new SeriesLoop(series.roller, series.store, series.clock);
    loop.onApplicationBootstrap();
    return loop;
  };

  const oneDay = (): RolledSeries => {
    const series = new RolledSeries(NOW, { rrule: 'FREQ=DAILY;UNTIL=20260320T080000Z' });
    series.store.isDueOnce = true;
    return series;
  };

  it('goes on after a fault', async () => {
    const series = oneDay();
    series.contacts.fault = new Error('The database is away');
    const loop = started(series);
    series.clock.advance(0);
    await until(() => expect(series.clock.alarmCount).toBe(1));
    expect(series.bookedTimes).toEqual([]);

    series.contacts.fault = null;
    series.clock.advance(MINUTE_MS);
    await until(() => expect(series.bookedTimes).toHaveLength(1));
    await loop.onModuleDestroy();
  });

  it('looks at once when it is woken, and no more when it is stopped', async () => {
    const series = oneDay();
    const loop = started(series);
    loop.wake();
    series.clock.advance(0);
    await until(() => expect(series.bookedTimes).toHaveLength(1));

    await loop.onModuleDestroy();
    const { claims } = series.store;
    loop.wake();
    series.clock.advance(MINUTE_MS);
    expect([series.clock.alarmCount, series.store.claims]).toEqual([0, claims]);
  });
});
