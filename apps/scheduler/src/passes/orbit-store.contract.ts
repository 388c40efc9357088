import { beforeEach, describe, expect, it } from 'vitest';
import type { OrbitStore } from './orbit-store.port.js';
import type { ShipElements } from './ship-elements.js';
import { EPOCH, ISS_TLE } from './testing/orbits.js';

const elementsOf = (shipName: string, epoch = EPOCH + 123_456): ShipElements => ({
  shipName,
  set: { tle: ISS_TLE },
  epoch,
});

/** What every `OrbitStore` must do. */
export function describeOrbitStore(make: () => Promise<OrbitStore>): void {
  describe('an OrbitStore', () => {
    let store: OrbitStore;

    beforeEach(async () => {
      store = await make();
    });

    it('keeps one set of elements for each ship, the last', async () => {
      await store.put(elementsOf('Voyager'));
      const newer: ShipElements = {
        ...elementsOf('Voyager', EPOCH + 1),
        set: { omm: { EPOCH: '2026-01-01T00:00:00', MEAN_MOTION: 15.5 } },
      };
      await store.put(newer);
      expect(await store.find('Voyager')).toEqual(newer);
      expect(await store.find('voyager')).toBeNull();
    });

    it('lists them in the order of code points, from behind a name', async () => {
      for (const name of ['b', 'é', 'B', 'a b', '10', '9']) await store.put(elementsOf(name));
      const names = async (limit: number, after: string | null): Promise<string[]> =>
        (await store.page(limit, after)).map(({ shipName }) => shipName);
      expect(await names(10, null)).toEqual(['10', '9', 'B', 'a b', 'b', 'é']);
      expect(await names(2, '9')).toEqual(['B', 'a b']);
      expect(await names(2, 'é')).toEqual([]);
      const named = await store.named(['b', 'nobody', '10']);
      expect(named).toEqual([elementsOf('10'), elementsOf('b')]);
    });

    it('removes what is there', async () => {
      await store.put(elementsOf('Voyager'));
      expect(await store.remove('Voyager')).toBe(true);
      expect(await store.remove('Voyager')).toBe(false);
      expect(await store.page(1, null)).toEqual([]);
    });
  });
}
