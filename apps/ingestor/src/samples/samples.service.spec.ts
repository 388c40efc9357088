import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instant } from '#common/domain';
import {
  batteryPacket,
  CONTACT,
  filledArchive,
  readers,
  SHIP,
} from '../adapters/testing/filled-archive.js';
import { NewestService } from './newest.service.js';
import { comparePositions, positionOf } from './packet-order.js';
import type { Sample } from './sample.js';
import { SampleScopes } from './sample-scope.js';
import { SamplesService } from './samples.service.js';
import type { LoosePacket } from './testing/blocks.js';

const START = 1_893_456_000_000_000;
const SECOND = 1_000_000;

interface Given {
  readonly second: number;
  readonly batteries: readonly number[];
}

/** From a minute to some weeks after the start. */
const second = fc.oneof(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 2_000_000 }));
const given = fc.array(
  fc.record({
    second,
    batteries: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 40 },
);

/** A battery may stand twice in a packet. */
const packetsOf = (all: readonly Given[]): LoosePacket[] =>
  all.map(({ second: at, batteries }, nr) =>
    batteryPacket(
      START + at * SECOND,
      nr,
      batteries.map((battery, place) => ({ battery, volts: place })),
      nr % 3 === 0 ? CONTACT : CONTACT.replace('1', '2'),
    ),
  );

const plain = ({ packet, battery, values }: Sample) => ({ ...positionOf(packet), battery, values });

async function asked(all: readonly Given[], query: { battery?: string[]; end?: string }) {
  const { archive } = filledArchive({ packets: packetsOf(all), packetsPerBlock: 3 });
  const scope = await new SampleScopes(archive, readers).of(SHIP, query);
  return { archive, scope };
}

async function pagesOf(
  service: SamplesService,
  scope: Awaited<ReturnType<typeof asked>>['scope'],
  limit: number,
  packetsMax: number,
) {
  const items: Sample[] = [];
  let cursor: string | undefined;
  // Each page takes at least a packet or a sample.
  for (let pages = 0; pages < 500; pages += 1) {
    const page = await service.page(scope, { limit, packetsMax, cursor });
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
  throw new Error('The pages do not end');
}

describe('pages of samples', () => {
  it('hold each sample once and in order, however short they are and however early they end', async () => {
    const setting = fc.record({
      all: given,
      limit: fc.integer({ min: 1, max: 7 }),
      packetsMax: fc.integer({ min: 1, max: 9 }),
      battery: fc.option(fc.constantFrom<string[]>(['0'], ['1', '3'], ['9']), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(setting, async ({ all, limit, packetsMax, battery }) => {
        const { archive, scope } = await asked(all, battery ? { battery } : {});
        const service = new SamplesService(archive, readers);
        const paged = await pagesOf(service, scope, limit, packetsMax);
        const whole = await service.atMost(scope, 1_000);

        expect(paged.map(plain)).toEqual(whole?.map(plain));
        const count = all
          .flatMap(({ batteries }) => batteries)
          .filter((one) => !battery || battery.includes(String(one))).length;
        expect(paged).toHaveLength(count);
      }),
    );
  });

  it('are not made of more than can be answered', async () => {
    const { archive, scope } = await asked([{ second: 0, batteries: [0, 1, 2] }], {});

    expect(await new SamplesService(archive, readers).atMost(scope, 2)).toBeNull();
    expect(await new SamplesService(archive, readers).atMost(scope, 3)).toHaveLength(3);
  });
});

describe('the newest samples', () => {
  it('are the last of each battery before the end, wherever that is', async () => {
    await fc.assert(
      fc.asyncProperty(given, fc.option(second), async (all, at) => {
        const end: Instant | null = at === null ? null : START + at * SECOND;
        const query = end === null ? {} : { end: String(end / 1_000) };
        const { archive, scope } = await asked(all, query);
        const found = await new NewestService(archive, readers).samples(scope);

        const samples = (await new SamplesService(archive, readers).atMost(scope, 1_000)) ?? [];
        const newest = new Map<number, Sample>();
        for (const sample of samples) newest.set(sample.battery, sample);
        const expected = [...newest.values()].toSorted((a, b) => a.battery - b.battery);
        expect(found.map(plain)).toEqual(expected.map(plain));
      }),
    );
  });

  it('stand in the order that all packets have', async () => {
    const { archive, scope } = await asked(
      Array.from({ length: 9 }, () => ({ second: 0, batteries: [0] })),
      {},
    );
    const samples = (await new SamplesService(archive, readers).atMost(scope, 9))!;
    const [newest] = await new NewestService(archive, readers).samples(scope);

    for (const { packet } of samples)
      expect(comparePositions(positionOf(packet), positionOf(newest!.packet))).toBeLessThanOrEqual(
        0,
      );
  });
});
