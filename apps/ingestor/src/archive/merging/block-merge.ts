import { BLOCK_BYTES_MAX, BLOCK_PACKETS_MAX, type PacketBlock } from '../packet-block.js';
import { packBlocks, type ReadBlock } from './block-packer.js';
import { compareKeys, type FrameOrder, orderOf } from './frame-order.js';

/** Blocks that stand in the place of others: the same packets, numbers and counts. */
export interface Replacement {
  readonly old: readonly PacketBlock[];
  readonly merged: readonly PacketBlock[];
}

/** From here on a sorted block is not touched for the sake of a small neighbour. */
const LARGE_PACKETS = BLOCK_PACKETS_MAX / 2;
const LARGE_BYTES = BLOCK_BYTES_MAX / 2;

interface Candidate extends ReadBlock {
  readonly order: FrameOrder;
}

/**
 * What makes the blocks of one reception, definition and minute few and sorted. What is so already
 * stays as it is, so that a straggler does not have all of a busy minute written anew.
 */
export function mergeBlocks(read: readonly ReadBlock[]): Replacement {
  const candidates = read
    .map((one): Candidate => ({ ...one, order: orderOf(one.block.body) }))
    .toSorted((a, b) => compareKeys(a.order.first, b.order.first));
  const old: PacketBlock[] = [];
  const merged: PacketBlock[] = [];
  for (const job of jobsOf(candidates)) {
    const packed = isSettled(job) ? null : packBlocks(job);
    if (packed === null || (packed.length === job.length && isInOrder(job))) continue;
    demandSame(job, packed);
    old.push(...job.map(({ block }) => block));
    merged.push(...packed);
  }
  return { old, merged };
}

/** Stretches between those that stay. */
function jobsOf(candidates: readonly Candidate[]): Candidate[][] {
  const jobs: Candidate[][] = [];
  let job: Candidate[] = [];
  let before: Candidate | undefined;
  for (const [at, candidate] of candidates.entries()) {
    const next = candidates[at + 1];
    const isApart = follows(before, candidate) && follows(candidate, next);
    if (before === undefined || compareKeys(before.order.last, candidate.order.last) < 0)
      before = candidate;
    if (!isApart || !isLarge(candidate)) job.push(candidate);
    else if (job.length > 0) {
      jobs.push(job);
      job = [];
    }
  }
  return job.length > 0 ? [...jobs, job] : jobs;
}

const isLarge = ({ block, order }: Candidate): boolean =>
  order.isSorted && (block.packets >= LARGE_PACKETS || block.body.length >= LARGE_BYTES);

const isSettled = (job: readonly Candidate[]): boolean =>
  job.length === 1 && job[0]!.order.isSorted;

const isInOrder = (job: readonly Candidate[]): boolean =>
  job.every((candidate, at) => candidate.order.isSorted && follows(job[at - 1], candidate));

/** All packets of the one before those of the other. */
const follows = (before: Candidate | undefined, after: Candidate | undefined): boolean =>
  !before || !after || compareKeys(before.order.last, after.order.first) <= 0;

/** A definition that reads other samples in a packet than it once did would change what is counted. */
function demandSame(job: readonly Candidate[], packed: readonly PacketBlock[]): void {
  const blocks = job.map(({ block }) => block);
  for (const count of ['packets', 'samples'] as const) {
    const [before, after] = [blocks, packed].map((some) =>
      some.reduce((sum, block) => sum + block[count], 0),
    );
    if (before !== after)
      throw new Error(`Merged blocks hold ${after} ${count}, and once held ${before}`);
  }
}
