import { type Instant, MICROS_PER_MILLISECOND } from '#common/domain';
import { BlockBuilder } from '../block-builder.js';
import { blockMinute, type PacketBlock } from '../packet-block.js';
import type { ArchiveBatch, BatchReception, LatestPacket } from '../telemetry-archive.port.js';
import type { Reception } from '../../receptions/reception.js';

/** A packet to be stored: one sample, unless it says otherwise. */
export interface GivenPacket {
  readonly sequence: number;
  readonly generatedAt: Instant;
  readonly receivedAt?: Instant;
  readonly packet?: Buffer;
  readonly samples?: number;
  readonly battery?: number;
  readonly definition?: string;
}

/** Blocks of whole minutes, in the order in which their minutes come up first. */
export function blocksOf(reception: Reception, packets: readonly GivenPacket[]): PacketBlock[] {
  const builders = new Map<string, BlockBuilder>();
  for (const given of packets) {
    const { generatedAt, definition = 'battery', samples = 1 } = given;
    const { contactId, shipId, opening } = reception;
    const key = `${definition}/${blockMinute(generatedAt)}`;
    const owner = { contactId, shipId, definition, fence: opening.fence };
    const builder = builders.get(key) ?? new BlockBuilder(owner, generatedAt);
    builders.set(key, builder);
    const bytes = bytesOf(given);
    builder.add(headOf(given), bytes, 0, bytes.length, samples);
  }
  return [...builders.values()].map((builder) => builder.seal((reception.lastBlock += 1)));
}

/** What the writer would give the archive, were these all that came. */
export function batchOf(reception: Reception, ...packets: readonly GivenPacket[]): ArchiveBatch {
  for (const given of packets)
    reception.account.takeNumbered(given.sequence, bytesOf(given).length);
  const blocks = blocksOf(reception, packets);
  return {
    blocks,
    receptions: [batchReceptionOf(reception)],
    latest: latestOf(reception, packets),
  };
}

export const batchReceptionOf = (reception: Reception): BatchReception => ({
  contactId: reception.contactId,
  fence: reception.opening.fence,
  shipId: reception.shipId,
  progress: reception.progress(),
});

/** Several batches as one. */
export const joined = (...batches: readonly ArchiveBatch[]): ArchiveBatch => ({
  receptions: batches.flatMap(({ receptions }) => receptions),
  blocks: batches.flatMap(({ blocks }) => blocks),
  latest: batches.flatMap(({ latest }) => latest),
});

function latestOf(
  { shipId, contactId, opening }: Reception,
  packets: readonly GivenPacket[],
): LatestPacket[] {
  const newest = new Map<number, LatestPacket>();
  for (const given of packets) {
    const { battery = 0, definition = 'battery' } = given;
    const whose = { shipId, contactId, fence: opening.fence, definition, battery };
    const known = newest.get(battery);
    if (!known || isNewer(given, known))
      newest.set(battery, { ...whose, ...headOf(given), packet: bytesOf(given) });
  }
  return [...newest.values()];
}

const isNewer = (given: GivenPacket, { generatedAt, sequence }: LatestPacket): boolean =>
  given.generatedAt > generatedAt ||
  (given.generatedAt === generatedAt && given.sequence > sequence);

const headOf = ({
  sequence,
  generatedAt,
  receivedAt = sequence * MICROS_PER_MILLISECOND,
}: GivenPacket) => ({
  sequence,
  generatedAt,
  receivedAt,
});

const bytesOf = ({ packet, sequence }: GivenPacket): Buffer =>
  packet ?? Buffer.from(`packet ${sequence}`);
