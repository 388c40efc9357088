import { beforeEach, describe, expect, it } from 'vitest';
import type { AlarmStore } from './alarm-store.port.js';
import { LIMITS_PER_SHIP_MAX } from './ship-limit.js';
import { NOW, SHIP, shipLimit } from './testing/alarms.js';

/** The part of the contract that is about limits. */
export function describeLimits(made: () => AlarmStore): void {
  describe('of limits', () => {
    let store: AlarmStore;

    beforeEach(() => {
      store = made();
    });

    it('has none at first, and counts its changes', async () => {
      const { revision, limits } = await store.limits();

      expect(limits).toEqual([]);
      expect(await store.limitsRevision()).toBe(revision);
      await store.putLimit(shipLimit(), NOW);
      const changed = await store.limitsRevision();
      expect(changed).toBeGreaterThan(revision);
      expect(await store.limits()).toEqual({ revision: changed, limits: [shipLimit()] });
      await store.removeLimit(shipLimit(), NOW);
      expect((await store.limits()).limits).toEqual([]);
      expect(await store.limitsRevision()).toBeGreaterThan(changed);
    });

    it('keeps one for each key, in order, with all its bounds', async () => {
      const other = {
        warning: null,
        critical: { low: null, high: 0.1 },
        staleAfterSeconds: null,
      };
      const mine = [
        shipLimit({ field: 'celsius', battery: 3 }),
        shipLimit({ limit: other }),
        shipLimit({ battery: 0 }),
        shipLimit({ battery: 2, limit: { hysteresis: 0.25, persistenceSeconds: 1.5 } }),
      ];
      for (const limit of [...mine].reverse()) await store.putLimit(limit, NOW);
      await store.putLimit(shipLimit({ shipName: 'Voyager' }), NOW);
      await store.putLimit(mine[1]!, NOW);

      expect(await store.limitsOf(SHIP)).toEqual(mine);
      expect((await store.limits()).limits).toHaveLength(5);
      expect(await store.limitsOf('Nobody')).toEqual([]);
    });

    it('refuses one too many of a ship, but no new bounds of one it has', async () => {
      const batteries = Array.from({ length: LIMITS_PER_SHIP_MAX }, (_, at) => at);
      for (const battery of batteries) await store.putLimit(shipLimit({ battery }), NOW);
      const revision = await store.limitsRevision();

      await expect(store.putLimit(shipLimit(), NOW)).rejects.toMatchObject({
        code: 'LIMITS_FULL',
      });
      expect(await store.limitsRevision()).toBe(revision);
      await store.putLimit(shipLimit({ battery: 7, limit: { hysteresis: 0 } }), NOW);
      expect(await store.limitsOf(SHIP)).toHaveLength(LIMITS_PER_SHIP_MAX);
      await store.putLimit(shipLimit({ shipName: 'Voyager' }), NOW);
    });

    it('removes none that is not there', async () => {
      await store.putLimit(shipLimit({ battery: 1 }), NOW);

      expect(await store.removeLimit(shipLimit(), NOW)).toBeNull();
      expect(await store.removeLimit(shipLimit({ battery: 1 }), NOW)).toEqual([]);
    });
  });
}
