import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { addOne, BY_TEST } from '../contacts/contact-store.contract.js';
import type { ContactStore } from '../contacts/contact-store.port.js';
import type { AntennaStore } from './antenna-store.port.js';
import { anAntenna, at, on, refusalOf, textAt } from './testing/antenna-bookings.js';

export interface AntennasUnderTest {
  readonly antennas: AntennaStore;
  readonly store: ContactStore;
}

export const aBlock = (start: number, end: number) => ({
  start: at(start),
  end: at(end),
  reason: 'wind',
});
const UNKNOWN = { code: 'ANTENNA_NOT_FOUND' };

/** What every `AntennaStore` must do, beside the `ContactStore` of the same data. */
export function describeAntennaStore(make: () => Promise<AntennasUnderTest>): void {
  describe('an AntennaStore', () => {
    let antennas: AntennaStore;
    let store: ContactStore;
    let name: string;

    beforeEach(async () => {
      ({ antennas, store } = await make());
      name = anAntenna();
      await antennas.put({ name, description: null });
    });

    it('keeps what it is told of an antenna', async () => {
      await antennas.put({ name, description: '13 m' });
      expect(await antennas.find(name)).toEqual({ name, description: '13 m' });
      expect(await antennas.find(anAntenna())).toBeNull();
    });

    it('knows an antenna from its first booking on, and lists all by name', async () => {
      const booked = anAntenna();
      await addOne(store, on(booked, 0, 10));
      expect(await antennas.find(booked)).toEqual({ name: booked, description: null });
      const after = await antennas.page(1_000, name);
      expect(after.map((one) => one.name)).toContain(booked);
      expect(await antennas.page(1, name)).toEqual(after.slice(0, 1));
    });

    it('forgets one with its blocks, but not while an open contact names it', async () => {
      const contact = await addOne(store, on(name, 0, 10));
      await antennas.block(name, aBlock(20, 30), BY_TEST);
      await expect(antennas.remove(name)).rejects.toMatchObject({
        code: 'ANTENNA_IN_USE',
        facts: { conflicts: [{ id: contact.id }] },
      });
      await store.end(contact.id, BY_TEST);
      await antennas.remove(name);
      expect(await antennas.find(name)).toBeNull();

      expect(await store.find(contact.id)).toMatchObject({ antenna: name });
      expect(await addOne(store, on(name, 20, 30))).toMatchObject({ state: 'scheduled' });
    });

    it('knows nothing of other names and ids', async () => {
      const other = anAntenna();
      await expect(antennas.remove(other)).rejects.toMatchObject(UNKNOWN);
      await expect(antennas.block(other, aBlock(0, 1), BY_TEST)).rejects.toMatchObject(UNKNOWN);
      await expect(antennas.blocks(other, 10, null)).rejects.toMatchObject(UNKNOWN);
      await expect(antennas.unblock(other, randomUUID())).rejects.toMatchObject(UNKNOWN);
      const noBlock = { code: 'ANTENNA_BLOCK_NOT_FOUND' };
      await expect(antennas.unblock(name, randomUUID())).rejects.toMatchObject(noBlock);
      const contact = await addOne(store, on(name, 0, 10));
      await expect(antennas.unblock(name, contact.id)).rejects.toMatchObject(noBlock);
    });

    it('lets nobody book what is blocked, until it is free again', async () => {
      const { block, displaced } = await antennas.block(name, aBlock(10, 20), BY_TEST);
      expect(displaced).toEqual([]);
      const important = on(name, 15, 16, { priority: 1_000 });
      const { conflicts } = await refusalOf(store.add([important], BY_TEST, { displace: true }));
      expect(conflicts).toMatchObject([
        { kind: 'block', id: block.id, end: textAt(20), ship_name: null, reason: 'wind' },
      ]);
      await addOne(store, on(name, 0, 10));
      await addOne(store, on(name, 20, 30));

      await antennas.unblock(name, block.id);
      expect(await addOne(store, on(name, 10, 20))).toMatchObject({ antenna: name });
    });

    it('blocks nothing that is booked or blocked, unless what is booked may go', async () => {
      const contact = await addOne(store, on(name, 0, 10, { priority: 9 }));
      const { conflicts } = await refusalOf(antennas.block(name, aBlock(5, 15), BY_TEST));
      expect(conflicts).toMatchObject([{ kind: 'contact', id: contact.id, priority: 9 }]);

      const displace = { displace: true };
      const made = await antennas.block(name, aBlock(5, 15), BY_TEST, displace);
      expect(made.displaced).toEqual([contact.id]);
      expect(await store.find(contact.id)).toMatchObject({
        state: 'cancelled',
        displacedBy: made.block.id,
        endReason: `Displaced by a block of ${name}: wind`,
      });
      const twice = await refusalOf(antennas.block(name, aBlock(14, 16), BY_TEST, displace));
      expect(twice['conflicts']).toMatchObject([{ kind: 'block', id: made.block.id }]);
    });

    it('lists blocks by start, each once', async () => {
      const starts = [40, 0, 20, 30, 10];
      for (const start of starts) await antennas.block(name, aBlock(start, start + 5), BY_TEST);
      const first = await antennas.blocks(name, 3, null);
      const rest = await antennas.blocks(name, 3, first.at(-1)!);
      expect([...first, ...rest].map(({ start }) => start)).toEqual(
        starts.toSorted((a, b) => a - b).map(at),
      );
      expect(first[0]).toEqual({ ...aBlock(0, 5), id: expect.any(String), by: BY_TEST.by });
    });
  });
}
