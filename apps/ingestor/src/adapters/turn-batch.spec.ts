import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TurnBatch } from './turn-batch.js';

interface Item {
  readonly key: string;
  readonly nr: number;
}

const ITEMS_MAX = 4;

describe('a batch of one turn', () => {
  function batchOf(refused: ReadonlySet<number>, isGeneral = false) {
    const sent: Item[][] = [];
    const batch = new TurnBatch<Item, number>({
      keyOf: ({ key }) => key,
      itemsMax: ITEMS_MAX,
      send: async (items) => {
        sent.push([...items]);
        await Promise.resolve();
        if (items.some(({ nr }) => refused.has(nr))) throw new Error('refused');
        return items.map(({ nr }) => nr * 10);
      },
      isGeneral: () => isGeneral,
    });
    return { batch, sent };
  }

  it('answers each item by itself, and never sends two of one key, or too many, together', async () => {
    const item = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), nr: fc.nat(30) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(item, { maxLength: 20 }),
        fc.uniqueArray(fc.nat(30), { maxLength: 3 }),
        async (items, refused) => {
          const { batch, sent } = batchOf(new Set(refused));
          const answers = await Promise.allSettled(items.map((one) => batch.add(one)));

          for (const [at, { nr }] of items.entries())
            expect(answers[at]).toMatchObject(
              refused.includes(nr) ? { status: 'rejected' } : { value: nr * 10 },
            );
          for (const together of sent) {
            expect(together.length).toBeLessThanOrEqual(ITEMS_MAX);
            expect(new Set(together.map(({ key }) => key)).size).toBe(together.length);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('goes as one', async () => {
    const { batch, sent } = batchOf(new Set());
    await Promise.all(['a', 'b', 'c'].map((key, nr) => batch.add({ key, nr })));
    await batch.add({ key: 'a', nr: 9 });

    expect(sent.map(({ length }) => length)).toEqual([3, 1]);
  });

  it('is not tried one by one when the fault is nobody’s own', async () => {
    const { batch, sent } = batchOf(new Set([1]), true);
    const answers = await Promise.allSettled(['a', 'b'].map((key, nr) => batch.add({ key, nr })));

    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(sent).toHaveLength(1);
  });
});
