import { describe, expect, it } from 'vitest';
import { RequestPlaces } from './request-places.js';

const PLACES = 4;
const places4 = (): RequestPlaces => new RequestPlaces(PLACES, () => new Error('full'));
const requests = (count: number): object[] => Array.from({ length: count }, () => ({}));

describe('the places of requests', () => {
  it('are as many as the limit, and free again when a connection ends', () => {
    const places = places4();
    const all = requests(PLACES);
    expect(all.map((request) => places.enter(request))).toEqual(all.map(() => true));

    const late = {};
    expect(places.enter(late)).toBe(false);
    places.leave(all[0]!);
    expect(places.enter(late)).toBe(true);
    expect(places.enter({})).toBe(false);
  });

  it('stay taken while there is work of a sender that has gone', async () => {
    const places = places4();
    const [request, ...others] = requests(PLACES);
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
