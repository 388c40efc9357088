import { beforeEach, describe, expect, it } from 'vitest';
import type { Station } from './station.js';
import type { StationStore } from './station-store.port.js';

const stationOf = (name: string, given: Partial<Station> = {}): Station => ({
  name,
  latitudeDegrees: 67.857_1,
  longitudeDegrees: -20.964_3,
  altitudeMetres: 402.25,
  elevationMinDegrees: 5.5,
  antenna: `${name}-1`,
  ...given,
});

/** What every `StationStore` must do. */
export function describeStationStore(make: () => Promise<StationStore>): void {
  describe('a StationStore', () => {
    let store: StationStore;

    beforeEach(async () => {
      store = await make();
    });

    it('keeps what was put last under a name', async () => {
      await store.put(stationOf('Kiruna'));
      await store.put(stationOf('Kiruna', { antenna: 'Dish', altitudeMetres: 0 }));
      expect(await store.find('Kiruna')).toEqual(
        stationOf('Kiruna', { antenna: 'Dish', altitudeMetres: 0 }),
      );
      expect(await store.find('kiruna')).toBeNull();
    });

    it('lists them in the order of code points, from behind a name', async () => {
      for (const name of ['b', 'é', 'B', 'a']) await store.put(stationOf(name));
      expect(await store.page(2, 'B')).toEqual([stationOf('a'), stationOf('b')]);
      expect((await store.page(10, null)).map(({ name }) => name)).toEqual(['B', 'a', 'b', 'é']);
      expect(await store.named(['b', 'nowhere', 'B'])).toEqual([stationOf('B'), stationOf('b')]);
    });

    it('removes what is there', async () => {
      await store.put(stationOf('Kiruna'));
      expect(await store.remove('Kiruna')).toBe(true);
      expect(await store.remove('Kiruna')).toBe(false);
    });
  });
}
