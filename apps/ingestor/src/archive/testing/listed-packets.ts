import { BlockBuilder, type BlockOwner } from '../block-builder.js';
import { type LevelSource, LevelSources } from '../levels/level-source.js';
import type { FieldLevel } from '../levels/level-accumulator.js';
import { blockMinute, type PacketBlock } from '../packet-block.js';
import { framesOf, type FrameHead } from '../packet-frame.js';

/** One battery's values: `volts`, `celsius` and a text. */
export type ListedSample = readonly [
  battery: number,
  volts: unknown,
  celsius: unknown,
  mode: string,
];

export const FIELDS = ['volts', 'celsius', 'mode'] as const;

/** Packets that are JSON lists of samples. */
export const LISTED: LevelSource = {
  fields: FIELDS.map((name) => ({ name })),
  samplesOf: (packet) =>
    (JSON.parse(packet.toString()) as ListedSample[]).map(([battery, ...values]) => ({
      battery,
      values,
    })),
};

export class ListedSources extends LevelSources {
  named(definition: string): LevelSource | undefined {
    return definition === 'listed' ? LISTED : undefined;
  }
}

export interface ListedPacket extends FrameHead {
  readonly samples: readonly ListedSample[];
}

/** Of one minute; in the order in which they are given. */
export function listedBlock(
  owner: Omit<BlockOwner, 'definition'> & { readonly definition?: string },
  number: number,
  packets: readonly ListedPacket[],
): PacketBlock {
  const { contactId, fence, shipId, definition = 'listed' } = owner;
  const whose = { contactId, fence, shipId, definition };
  const builder = new BlockBuilder(whose, packets[0]!.generatedAt);
  for (const packet of packets) {
    const bytes = Buffer.from(JSON.stringify(packet.samples));
    builder.add(packet, bytes, 0, bytes.length, packet.samples.length);
  }
  return builder.seal(number);
}

/** All that the blocks hold, whatever block it stands in. */
export const framesIn = (blocks: readonly PacketBlock[]): string[] =>
  blocks
    .flatMap(({ contactId, fence, definition, body }) =>
      framesOf(body).map((frame) =>
        [
          contactId,
          fence,
          definition,
          frame.generatedAt,
          frame.sequence,
          frame.receivedAt,
          frame.packet.toString('latin1'),
        ].join('|'),
      ),
    )
    .toSorted();

/** What levels must say, worked out the long way, by battery and field; `span` in microseconds. */
export function levelsOf(
  blocks: readonly PacketBlock[],
  span: number,
): (FieldLevel & { readonly start: number })[] {
  const values = new Map<string, { at: number; value: number }[]>();
  for (const { generatedAt, packet } of blocks.flatMap(({ body }) => framesOf(body)))
    for (const sample of LISTED.samplesOf(packet))
      for (const [place, value] of sample.values.entries()) {
        if (typeof value !== 'number') continue;
        const start = Math.floor(generatedAt / span) * span;
        const key = JSON.stringify([sample.battery, FIELDS[place], start]);
        values.set(key, [...(values.get(key) ?? []), { at: generatedAt, value }]);
      }
  return [...values]
    .map(([key, said]) => {
      const [battery, field, start] = JSON.parse(key) as [number, string, number];
      const lowest = said.toSorted((a, b) => a.value - b.value || a.at - b.at)[0]!;
      const highest = said.toSorted((a, b) => b.value - a.value || a.at - b.at)[0]!;
      return {
        battery,
        field,
        start,
        count: said.length,
        min: lowest.value,
        minAt: lowest.at,
        max: highest.value,
        maxAt: highest.at,
      };
    })
    .toSorted(compareLevels);
}

export const compareLevels = (
  a: FieldLevel & { readonly start: number },
  b: FieldLevel & { readonly start: number },
): number =>
  a.battery - b.battery || (a.field < b.field ? -1 : a.field > b.field ? 1 : a.start - b.start);

export const minuteOf = (block: PacketBlock): number => blockMinute(block.firstAt);
