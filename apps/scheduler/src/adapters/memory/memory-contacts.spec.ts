import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryOutbox } from '#common/messaging';
import { SystemClock } from '#common/platform';
import { addOne, describeContactStore } from '../../contacts/contact-store.contract.js';
import { describeContactCourse } from '../../starts/contact-course.contract.js';
import { describeBegunContacts } from '../begun-contacts.contract.js';
import { MemoryContactCourse } from './memory-contact.course.js';
import { MemoryContactStore } from './memory-contact.store.js';
import { MemoryContactTables } from './memory-contact.tables.js';

const clock = new SystemClock();
const newTables = () => new MemoryContactTables({ clock, outbox: new MemoryOutbox(clock) });

describeContactStore(async () => new MemoryContactStore(newTables()));
describeContactCourse(async () => {
  const tables = newTables();
  const [course, other] = [new MemoryContactCourse(tables), new MemoryContactCourse(tables)];
  return { course, other, store: new MemoryContactStore(tables) };
});

describeBegunContacts(async () => {
  const outbox = new MemoryOutbox(clock);
  const tables = new MemoryContactTables({ clock, outbox });
  return {
    store: new MemoryContactStore(tables),
    outbox,
    newCourse: (relay) => new MemoryContactCourse(tables, relay),
    stateInRow: async (id) => tables.contacts.get(id)!.state,
    historyOf: async (id) =>
      tables.history
        .filter(({ contactId }) => contactId === id)
        .map(({ state, at }) => ({ state, at })),
    begunCount: async () => tables.begun.size,
    close: async () => undefined,
  };
});

describe('contacts in memory', () => {
  let tables: MemoryContactTables;
  let outbox: MemoryOutbox;

  beforeEach(() => {
    outbox = new MemoryOutbox(clock);
    tables = new MemoryContactTables({ clock, outbox });
  });

  it('write history and messages beside each change, and nothing when it is refused', async () => {
    const store = new MemoryContactStore(tables);
    const { id } = await addOne(store, { channel: 'rocket 1' });
    await store.endOfRocket('rocket 1', 'gone');
    await expect(addOne(store, { channel: 'rocket 1' })).rejects.toThrow('gone');

    const history = tables.history.map(({ number, contactId, state }) => [
      number,
      contactId,
      state,
    ]);
    expect(history).toEqual([
      [1, id, 'scheduled'],
      [2, id, 'cancelled'],
    ]);
    const sent = await outbox.claim(10, 0);
    expect(sent.map(({ envelope }) => envelope.type)).toEqual([
      'contact.scheduled',
      'contact.cancelled',
    ]);
  });

  it('undo all of a transaction that fails at its end', async () => {
    let isFailing = false;
    const onCommit = (): void => {
      if (isFailing) throw new Error('crashed');
    };
    tables = new MemoryContactTables({ clock, outbox, onCommit });
    const store = new MemoryContactStore(tables);
    const { id } = await addOne(store);
    isFailing = true;
    await expect(store.endOfRocket('rocket 1', 'gone')).rejects.toThrow('crashed');
    await expect(store.end(id, { by: 'a test', reason: null })).rejects.toThrow('crashed');

    expect(await store.find(id)).toMatchObject({ state: 'scheduled' });
    expect(tables.explodedRockets.size).toBe(0);
    expect(await outbox.counts()).toEqual({ waiting: 1, dead: 0 });
  });
});
