import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { instantOf } from '#common/domain';
import type { Cause, ContactStore, NewContact, StoredContact } from './contact-store.port.js';

export const NEXT_YEAR = instantOf(new Date(Date.UTC(new Date().getUTCFullYear() + 1, 0, 1)));

export const aContact = (given: Partial<NewContact> = {}): NewContact => ({
  shipName: 'USS Enterprise',
  startTime: NEXT_YEAR,
  durationSeconds: 15,
  antenna: null,
  priority: 0,
  channel: null,
  stream: { format: 'json' },
  ...given,
});

export const BY_TEST: Cause = { by: 'a test', reason: null };

export async function addOne(
  store: ContactStore,
  given: Partial<NewContact> = {},
): Promise<StoredContact> {
  const [added] = await store.add([aContact(given)], BY_TEST);
  return added!;
}

/** What every `ContactStore` must do. */
export function describeContactStore(make: () => Promise<ContactStore>): void {
  describe('a ContactStore', () => {
    let store: ContactStore;

    beforeEach(async () => {
      store = await make();
    });

    it('finds what it was given, to the microsecond', async () => {
      const contact = aContact({ startTime: NEXT_YEAR + 342_210, antenna: 'Kiruna', priority: 3 });
      const [added] = await store.add([contact], BY_TEST);
      expect(added).toMatchObject({ ...contact, state: 'scheduled', revision: 1, fence: 0 });
      expect(await store.find(added!.id)).toEqual(added);
      expect(await store.find(randomUUID())).toBeNull();
    });

    it('books all of several, in their order, or none of them', async () => {
      await store.endOfRocket('rocket 1', 'gone');
      const channel = 'rocket 2';
      const several = [3, 1, 2].map((priority) => aContact({ priority, channel }));
      const added = await store.add(several, BY_TEST);
      expect(added.map(({ priority }) => priority)).toEqual([3, 1, 2]);

      const spoiled = [...several, aContact({ channel: 'rocket 1' })];
      await expect(store.add(spoiled, BY_TEST)).rejects.toMatchObject({ code: 'ROCKET_EXPLODED' });
      expect(await store.endOfRocket(channel, 'gone')).toHaveLength(3);
    });

    it('changes a scheduled contact and counts the revision', async () => {
      const { id } = await addOne(store);
      const changed = await store.change(
        id,
        { startTime: NEXT_YEAR + 1, durationSeconds: 7 },
        BY_TEST,
      );
      expect(changed).toMatchObject({ startTime: NEXT_YEAR + 1, durationSeconds: 7, revision: 2 });
      expect(await store.find(id)).toEqual(changed);
    });

    it('cancels a scheduled contact once, for good', async () => {
      const { id } = await addOne(store);
      const ended = await store.end(id, { by: 'a test', reason: 'no longer wanted' });
      expect(ended).toMatchObject({ state: 'cancelled', endReason: 'no longer wanted' });
      expect(await store.end(id, BY_TEST)).toEqual(ended);
      await expect(store.change(id, { priority: 1 }, BY_TEST)).rejects.toMatchObject({
        code: 'CONTACT_NOT_CHANGEABLE',
      });
    });

    it('knows nothing of other ids', async () => {
      const unknown = { code: 'CONTACT_NOT_FOUND' };
      await expect(store.change(randomUUID(), {}, BY_TEST)).rejects.toMatchObject(unknown);
      await expect(store.end(randomUUID(), BY_TEST)).rejects.toMatchObject(unknown);
    });

    it("ends an exploded rocket's contacts and takes no more for it", async () => {
      const lost = await addOne(store, { channel: 'rocket 1' });
      const kept = await addOne(store, { channel: 'rocket 2' });

      expect(await store.endOfRocket('rocket 1', 'FROZEN_O_RINGS')).toEqual([lost.id]);
      expect(await store.endOfRocket('rocket 1', 'FROZEN_O_RINGS')).toEqual([]);

      expect(await store.find(lost.id)).toMatchObject({ state: 'cancelled' });
      expect(await store.find(kept.id)).toEqual(kept);
      await expect(addOne(store, { channel: 'rocket 1' })).rejects.toMatchObject({
        code: 'ROCKET_EXPLODED',
      });
    });
  });
}
