import { CONTACT_REPORT_REVISED, type ContactReportRevisedDto } from '#common/contracts';
import { type Instant, MICROS_PER_MILLISECOND, parseInstant } from '#common/domain';
import { envelope } from '#common/messaging';
import type { PacketBlock } from '../archive/packet-block.js';
import { framesOf } from '../archive/packet-frame.js';
import { ReceptionBlocks } from '../archive/reception-blocks.js';
import type { PacketReaders } from '../packets/packet-readers.js';
import { Reception } from './reception.js';
import { fullReportOf, type ReportFacts } from './reception-report.js';
import type { EndedReception, ReportRevision } from './reception-store.port.js';

/** What late packets make of a report. */
export interface LateResult {
  /** Packets that the archive does not hold and takes with the revision. */
  readonly added: number;
  /** Packets that nobody here can read (any more), or that there is no room for in the account. */
  readonly unusable: number;
  /** Null where nothing is added: then the report stays as it is. */
  readonly revision: ReportRevision | null;
}

/**
 * The report made anew with packets that came late: the account goes on from what it was at its end,
 * with the packets in the order in which they were received. What the archive holds already counts
 * nowhere, so that the same late packets may come any number of times.
 */
export function reviseWith(
  ended: EndedReception,
  blocks: readonly PacketBlock[],
  readers: Pick<PacketReaders, 'named'>,
  now: Instant,
): LateResult {
  const reception = Reception.restore(ended);
  const late = new ReceptionBlocks(reception);
  let added = 0;
  let unusable = 0;
  for (const block of blocks) {
    const reader = readers.named(block.definition);
    for (const { packet, ...head } of framesOf(block.body)) {
      if (ended.good.has(head.sequence)) continue;
      if (!reader || !reception.account.hasRoomFor(head.sequence)) {
        unusable += 1;
        continue;
      }
      reception.account.takeNumbered(head.sequence, packet.length);
      reception.noteLateArrival(head.receivedAt);
      const batteries = reader.samplesOf(packet).map(({ battery }) => battery);
      const where = { bytes: packet, start: 0, length: packet.length };
      const read = { samples: batteries.length, batteries: Uint8Array.from(batteries) };
      late.add({ ...head, ...where, ...read, definition: block.definition });
      added += 1;
    }
  }
  // Whoever was away at the end was so from the last number on that is known now.
  if (ended.progress.account.restartedFrom !== null) reception.account.restart();
  const revision = added === 0 ? null : revisionOf(ended, reception, late, now);
  return { added, unusable, revision };
}

function revisionOf(
  ended: EndedReception,
  reception: Reception,
  late: ReceptionBlocks,
  now: Instant,
): ReportRevision {
  const { report: first, samplesStored, lastBlock } = ended;
  const { account, blocks } = late.seal();
  const full = fullReportOf(reception, {
    state: first.state,
    endedAt: parseInstant(first.ended_at)!,
    statement: statementOf(ended),
    samplesStored: blocks.reduce((sum, { samples }) => sum + samples, samplesStored),
    revision: first.revision + 1,
  });
  const report = { ...full.report, stream_asked_at: first.stream_asked_at };
  const { contactId, fence } = account;
  const event: ContactReportRevisedDto = { contact_id: contactId, fence, report };
  const at = new Date(now / MICROS_PER_MILLISECOND);
  return {
    lastBlock,
    batch: { receptions: [account], blocks, latest: late.latest() },
    report,
    unlisted: full.unlisted,
    message: envelope(CONTACT_REPORT_REVISED, event, at),
  };
}

/** What the ship said then. How many it sent is asked for by accounts of totals alone. */
function statementOf({ report, progress }: EndedReception): ReportFacts['statement'] {
  const { first_sequence: firstSequence, last_sequence: lastSequence } = report;
  // A foreign ship says nothing: its report has the edges of what was seen.
  if (progress.foreign || firstSequence === null || lastSequence === null) return null;
  return { firstSequence, lastSequence, sent: null };
}
