import { describe, expect, it } from 'vitest';
import { BATCHES_MAX, BatchPlaces } from './batch-places.js';

const requests = (count: number): object[] => Array.from({ length: count }, () => ({}));

describe('the places of batches', () => {
  it('are as many as the limit, and free again when a connection ends', () => {
    const places = new BatchPlaces();
    const all = requests(BATCHES_MAX);
    expect(all.map((request) => places.enter(request))).toEqual(all.map(() => true));

    const late = {};
    expect(places.enter(late)).toBe(false);
    places.leave(all[0]!);
    expect(places.enter(late)).toBe(true);
    expect(places.enter({})).toBe(false);
  });

  it('stay taken while there is work of a sender that has gone', async () => {
    const places = new BatchPlaces();
    const [request, ...others] = requests(BATCHES_MAX);
    for (const one of [request!, ...others]) places.enter(one);
    let fail: (fault: Error) => void = () => undefined;
    const work = places.during(request!, () => new Promise((_, reject) => (fail = reject)));
    places.leave(request!);
    expect(places.enter({})).toBe(false);

    fail(new Error('the work has failed'));
    await expect(work).rejects.toThrow('failed');
    expect(places.enter({})).toBe(true);
  });
});
