import { Injectable, Logger } from '@nestjs/common';
import { MICROS_PER_MILLISECOND } from '#common/domain';
import { OutboxRelay } from '#common/messaging';
import {
  type CancelTimer,
  Clock,
  FaultLog,
  type PartHealth,
  type ReadinessCheck,
} from '#common/platform';
import { EventSink } from '../live/event-sink.js';
import { reportEvent } from '../live/reception-event.js';
import { LeftOutBlocks } from '../archive/left-out.port.js';
import type { PacketBlock } from '../archive/packet-block.js';
import { PacketReaders } from '../packets/packet-readers.js';
import { reviseWith } from './late-report.js';
import {
  type EndedReception,
  ReceptionStore,
  type ReportRevision,
} from './reception-store.port.js';

/** Bodies of blocks that wait for the end of their contact, of all contacts together. */
export const LATE_BYTES_MAX = 16 * 1024 * 1024;
/** What a block costs beside its body. */
const BLOCK_COST_BYTES = 512;
export const LATE_LOOK_EVERY_MS = 2_000;
/** Of bodies at a time, and at least one: datagrams are received in the same thread. */
const PORTION_BYTES_MAX = 1024 * 1024;
/** Longer than a contact lasts: whose report does not come by then will not get one. */
export const LATE_WAIT_MS_MAX = 24 * 3_600_000;

/** Blocks of one start of a contact. */
interface Waiting {
  readonly contactId: string;
  readonly fence: number;
  readonly sinceMs: number;
  readonly blocks: PacketBlock[];
}

/** What became of them: waiting is for later. */
type Outcome = 'waiting' | { readonly stored: number; readonly dropped: number; why?: string };

/**
 * Packets that this process took and could not store, since another one had the reception by then:
 * once it has ended they are stored after all, and its report is made anew. They wait in memory: what a
 * process that is killed had here is missing, as its report says.
 */
@Injectable()
export class LatePackets extends LeftOutBlocks implements ReadinessCheck {
  readonly part = 'late_packets';
  readonly #logger = new Logger(LatePackets.name);
  readonly #faults: FaultLog;
  readonly #waiting = new Map<string, Waiting>();
  #bytes = 0;
  #storedCount = 0;
  #droppedCount = 0;
  #isStopped = false;
  #cancel: CancelTimer | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: ReceptionStore,
    private readonly readers: PacketReaders,
    private readonly relay: OutboxRelay,
    private readonly events: EventSink,
    private readonly clock: Clock,
  ) {
    super();
    this.#faults = new FaultLog(this.#logger, clock);
  }

  take(blocks: readonly PacketBlock[]): void {
    const unkept = blocks.filter((block) => !this.#keep(block));
    if (unkept.length > 0) this.#drop(unkept[0]!, packetsIn(unkept), 'Too many wait already');
    this.#arm();
  }

  /** Packets since the start. */
  check(): PartHealth {
    const waiting = [...this.#waiting.values()].reduce((sum, one) => sum + packetsOf(one), 0);
    return {
      status: 'up',
      waiting,
      stored: this.#storedCount,
      dropped: this.#droppedCount,
    };
  }

  /** Looks as long as something can be stored; what waits on then is given up. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#running;
    let bytes: number;
    do {
      bytes = this.#bytes;
      await this.#lookAtAll();
    } while (this.#bytes < bytes);
    for (const waiting of this.#waiting.values())
      this.#drop(waiting, packetsOf(waiting), 'The ingestor stops before their contact has ended');
  }

  /** False where there is no room. */
  #keep(block: PacketBlock): boolean {
    if (this.#bytes + costOf(block) > LATE_BYTES_MAX) return false;
    const { contactId, fence } = block;
    const key = `${contactId}/${fence}`;
    const sinceMs = this.clock.monotonicMs();
    const waiting = this.#waiting.get(key) ?? { contactId, fence, sinceMs, blocks: [] };
    this.#bytes += costOf(block);
    waiting.blocks.push(block);
    this.#waiting.set(key, waiting);
    return true;
  }

  #arm(): void {
    if (this.#isStopped || this.#waiting.size === 0) return;
    this.#cancel ??= this.clock.after(LATE_LOOK_EVERY_MS, () => {
      this.#running = this.#lookAtAll().finally(() => {
        this.#cancel = null;
        this.#arm();
      });
    });
  }

  /** Never fails. */
  async #lookAtAll(): Promise<void> {
    for (const [key, waiting] of this.#waiting) {
      try {
        const blocks = portionOf(waiting);
        const outcome = await this.#settle(waiting, blocks);
        if (outcome !== 'waiting') this.#settled(key, waiting, blocks.length, outcome);
      } catch (fault) {
        this.#faults.note('Packets that came late cannot be stored; it is tried again', fault);
      }
    }
  }

  async #settle(waiting: Waiting, blocks: readonly PacketBlock[]): Promise<Outcome> {
    const ended = await this.store.ended(waiting.contactId);
    const why = reasonToDrop(waiting, ended) ?? this.#overdue(waiting, ended);
    if (why !== null) return { stored: 0, dropped: packetsIn(blocks), why };
    if (ended === 'open' || ended === null) return 'waiting';
    const now = this.clock.nowMs() * MICROS_PER_MILLISECOND;
    const { added, unusable, revision } = reviseWith(ended, blocks, this.readers, now);
    if (revision && !(await this.store.revise(revision))) return 'waiting';
    if (revision) this.#tell(revision);
    return {
      stored: added,
      dropped: unusable,
      ...(unusable > 0 && { why: 'They cannot be read, or their account has no room for them' }),
    };
  }

  #tell({ report }: ReportRevision): void {
    this.relay.wake();
    this.events.tell('report', report.contact_id, reportEvent(report));
  }

  #overdue({ sinceMs }: Waiting, ended: EndedReception | 'open' | null): string | null {
    const isOverdue = this.clock.monotonicMs() - sinceMs >= LATE_WAIT_MS_MAX;
    return ended === 'open' && isOverdue ? 'Their contact has not ended in a day' : null;
  }

  /** The first `count` of its blocks wait no more. */
  #settled(
    key: string,
    waiting: Waiting,
    count: number,
    { stored, dropped, why = '' }: Exclude<Outcome, 'waiting'>,
  ): void {
    for (const block of waiting.blocks.splice(0, count)) this.#bytes -= costOf(block);
    if (waiting.blocks.length === 0) this.#waiting.delete(key);
    this.#storedCount += stored;
    const { contactId } = waiting;
    if (stored > 0) this.#logger.log({ message: 'Late packets are stored', contactId, stored });
    if (dropped > 0) this.#drop(waiting, dropped, why);
  }

  #drop(
    { contactId, fence }: Pick<Waiting, 'contactId' | 'fence'>,
    packets: number,
    reason: string,
  ): void {
    this.#droppedCount += packets;
    this.#logger.warn({ message: 'Late packets are dropped', reason, contactId, fence, packets });
  }
}

/** Null where they can be stored, or where that is not known yet. */
function reasonToDrop({ fence }: Waiting, ended: EndedReception | 'open' | null): string | null {
  if (ended === null) return 'Nobody knows their contact';
  if (ended === 'open') return null;
  if (ended.opening.fence !== fence) return 'Their contact was started again';
  const { accounting, good } = ended.progress.account;
  if (accounting === 'totals') return 'They have no numbers, so repetitions could not be told';
  if (ended.good.size < good) return 'Packets of their contact were deleted: it is too old';
  return null;
}

/** The first of its blocks. */
function portionOf({ blocks }: Waiting): readonly PacketBlock[] {
  let bytes = 0;
  const end = blocks.findIndex(({ body }) => (bytes += body.length) > PORTION_BYTES_MAX);
  return end === -1 ? [...blocks] : blocks.slice(0, Math.max(1, end));
}

const packetsIn = (blocks: readonly PacketBlock[]): number =>
  blocks.reduce((sum, { packets }) => sum + packets, 0);

const packetsOf = ({ blocks }: Waiting): number => packetsIn(blocks);

const costOf = ({ body }: PacketBlock): number => body.length + BLOCK_COST_BYTES;
