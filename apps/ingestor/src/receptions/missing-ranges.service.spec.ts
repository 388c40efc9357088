import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { MISSING_RANGES_MAX, type MissingRange } from '#common/contracts';
import { MemoryReceptionStore } from '../adapters/memory/memory-reception.store.js';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { type GivenContact, storedContact } from '../adapters/testing/stored-contact.js';
import { MissingRangesService } from './missing-ranges.service.js';

const HOLES = MISSING_RANGES_MAX + 500;
const SENT = 2 * HOLES;
const odd = Array.from({ length: HOLES }, (_, at) => 2 * at + 1);
const even: readonly MissingRange[] = odd.map((number) => ({
  from: number + 1,
  to: number + 1,
  cause: 'lost',
}));
const STATEMENT = { firstSequence: 1, lastSequence: SENT, sent: SENT };

describe('what a contact misses', () => {
  const tables = new MemoryTables();
  const missing = new MissingRangesService(new MemoryReceptionStore(tables));
  let holey: string;

  beforeAll(async () => {
    holey = await stored({ numbers: odd, statement: STATEMENT });
  });

  async function stored(given: GivenContact): Promise<string> {
    return (await storedContact(tables, given)).contact_id;
  }

  async function all(contactId: string, limit: number): Promise<MissingRange[]> {
    const ranges: MissingRange[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await missing.page(contactId, { limit, ...(cursor && { cursor }) });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      ranges.push(...page.items);
      cursor = page.next;
    }
    return ranges;
  }

  it('is in its pages, each range once and in order, however long they are', async () => {
    const limits = fc.oneof(
      fc.integer({ min: 100, max: 2 * HOLES }),
      fc.constantFrom(HOLES - MISSING_RANGES_MAX, MISSING_RANGES_MAX, HOLES - 1, HOLES, HOLES + 1),
    );
    await fc.assert(
      fc.asyncProperty(limits, async (limit) => {
        expect(await all(holey, limit)).toEqual(even);
      }),
      { numRuns: 40 },
    );
  });

  it('is told of with the revision and the count', async () => {
    const page = await missing.page(holey, { limit: 2 });

    expect(page).toMatchObject({ revision: 1, total: HOLES, isComplete: true });
    expect(page.items).toEqual(even.slice(0, 2));
  });

  it('is complete where the report lists all, be that nothing', async () => {
    const one = await stored({ numbers: [1, 4], statement: { ...STATEMENT, lastSequence: 4 } });
    const none = await stored({ numbers: [1], statement: { ...STATEMENT, lastSequence: 1 } });

    expect(await missing.page(one, { limit: 1 })).toMatchObject({
      items: [{ from: 2, to: 3, cause: 'lost' }],
      next: null,
      total: 1,
      isComplete: true,
    });
    expect(await missing.page(none, { limit: 1 })).toMatchObject({ items: [], isComplete: true });
  });

  it('has no ranges where datagrams carry no number, and all that was seen without a statement', async () => {
    const totals = await stored({ format: 'json', numbers: [1, 2], statement: STATEMENT });
    const unstated = await stored({ numbers: [1, 4], statement: null });

    expect(await missing.page(totals, { limit: 9 })).toMatchObject({
      items: [],
      total: 0,
      isComplete: true,
    });
    expect(await missing.page(unstated, { limit: 9 })).toMatchObject({
      items: [{ from: 2, to: 3, cause: 'lost' }],
      total: 1,
      isComplete: true,
    });
  });

  it.each([
    ['nothing', []],
    ['some', even.slice(-2)],
  ])('is only what an old report lists where %s was kept beyond it', async (_, unlisted) => {
    const old = await stored({ numbers: odd, statement: STATEMENT });
    tables.reports.set(old, { ...tables.reports.get(old)!, unlisted });

    expect(await all(old, HOLES)).toEqual(even.slice(0, MISSING_RANGES_MAX));
    expect(await missing.page(old, { limit: 1 })).toMatchObject({
      total: HOLES,
      isComplete: false,
    });
  });

  it('is not known of a contact without a report, nor behind a foreign cursor', async () => {
    const cursorOf = (position: unknown): string =>
      Buffer.from(JSON.stringify(position)).toString('base64url');

    await expect(missing.page(randomUUID(), { limit: 1 })).rejects.toThrow('There is no report');
    for (const position of [[], [-1], [0.5], ['1'], [1, 2], [2 ** 53], 1])
      await expect(missing.page(holey, { limit: 1, cursor: cursorOf(position) })).rejects.toThrow(
        'cursor is not one of this list',
      );
  });
});
