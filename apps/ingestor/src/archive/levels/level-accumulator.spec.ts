import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_SPAN_MICROS } from '../packet-block.js';
import { LISTED, levelsOf, type ListedPacket, listedBlock } from '../testing/listed-packets.js';
import { LevelAccumulator } from './level-accumulator.js';
import type { LevelSource } from './level-source.js';

const OWNER = { contactId: 'contact', fence: 1, shipId: 1 };

/** Few values and few times, so that many are equal. */
const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double(), fc.constant(null));
const sample = fc.tuple(fc.integer({ min: 0, max: 3 }), value, value, fc.constant('idle'));
const packet = fc.record({
  sequence: fc.nat(1_000),
  generatedAt: fc.integer({ min: 0, max: 9 }),
  receivedAt: fc.constant(0),
  samples: fc.array(sample, { minLength: 1, maxLength: 4 }),
});
const packets = fc.array(packet, { minLength: 1, maxLength: 30 });

function accumulated(...blocks: readonly (readonly ListedPacket[])[]) {
  const levels = new LevelAccumulator();
  for (const some of blocks.filter(({ length }) => length > 0))
    levels.add(LISTED, listedBlock(OWNER, 1, some).body, some.length);
  return levels.levels();
}

describe('LevelAccumulator', () => {
  it('tells count, minimum and maximum, each at its earliest time', () => {
    fc.assert(
      fc.property(packets, (given) => {
        const expected = levelsOf([listedBlock(OWNER, 1, given)], BLOCK_SPAN_MICROS);

        expect(accumulated(given).map((level) => ({ ...level, start: 0 }))).toEqual(expected);
      }),
    );
  });

  it('says the same in whatever order and in however many blocks packets come', () => {
    fc.assert(
      fc.property(packets, fc.nat(), (given, cut) => {
        const at = cut % given.length;

        expect(accumulated(given.toReversed())).toEqual(accumulated(given));
        expect(accumulated(given.slice(at), given.slice(0, at))).toEqual(accumulated(given));
      }),
    );
  });

  it('counts the samples of each packet', () => {
    const at = { generatedAt: 0, receivedAt: 0 };
    const given: ListedPacket[] = [
      { ...at, sequence: 1, samples: [[0, 1, 2, 'idle']] },
      {
        ...at,
        sequence: 2,
        samples: [
          [0, 1, 2, 'idle'],
          [1, 1, 2, 'fault'],
        ],
      },
    ];
    const counts = new LevelAccumulator().add(LISTED, listedBlock(OWNER, 1, given).body, 2);

    expect([...counts]).toEqual([1, 2]);
  });

  it('leaves out what is no finite number', () => {
    const source: LevelSource = {
      fields: [{ name: 'volts' }],
      samplesOf: () =>
        [Number.NaN, Infinity, -Infinity, 'text', null, undefined].map((one) => ({
          battery: 0,
          values: [one],
        })),
    };
    const levels = new LevelAccumulator();
    const { body } = listedBlock(OWNER, 1, [
      { sequence: 1, generatedAt: 0, receivedAt: 0, samples: [[0, 1, 1, 'idle']] },
    ]);
    levels.add(source, body, 1);

    expect(levels.levels()).toEqual([]);
  });
});
