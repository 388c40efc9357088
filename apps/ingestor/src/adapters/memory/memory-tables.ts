import { type Instant, SequenceSet } from '#common/domain';
import type { Envelope } from '#common/messaging';
import type {
  Agreement,
  FullReport,
  NewReception,
  ReceptionClosing,
  ReceptionProgress,
  StoredReception,
} from '../../receptions/reception-store.port.js';
import type { PacketBlock } from '../../archive/packet-block.js';
import type { LatestPacket, Level, ShipSummary } from '../../archive/telemetry-archive.port.js';

export interface MemoryReception extends Omit<NewReception, 'progress' | 'address'> {
  address: NewReception['address'];
  progress: ReceptionProgress;
  agreement: Agreement | null;
  holder: string;
  samplesStored: number;
  lastBlock: number;
  isEnded: boolean;
}

/** A row of `sample_levels`. */
export interface MemoryLevel extends Level {
  readonly shipId: number;
  readonly battery: number;
  readonly field: string;
  readonly step: number;
}

/** What the memory adapters of receptions and telemetry share, as the others share a database. */
export class MemoryTables {
  readonly ships = new Map<string, { -readonly [K in keyof ShipSummary]: ShipSummary[K] }>();
  readonly receptions = new Map<string, MemoryReception>();
  readonly closings = new Map<string, ReceptionClosing>();
  readonly reports = new Map<string, FullReport>();
  /** By `blockKey`. */
  readonly blocks = new Map<string, PacketBlock>();
  /** By ship and battery: `<ship id>/<battery>`. */
  readonly latest = new Map<string, LatestPacket>();
  readonly levels: MemoryLevel[] = [];
  /** By ship, the starts of minutes. */
  readonly unlevelled = new Map<number, Set<Instant>>();
  readonly outbox: Envelope[] = [];
  /** By process. */
  readonly ingestors = new Map<string, { readonly name: string; leaseUntilMs: number }>();
}

/** Oldest first. */
export const unfinishedIn = (
  tables: MemoryTables,
  isAskedFor: (reception: MemoryReception) => boolean,
): StoredReception[] =>
  [...tables.receptions.values()]
    .filter((reception) => !reception.isEnded && isAskedFor(reception))
    .toSorted((a, b) => a.openedAt - b.openedAt)
    .map((reception) => storedIn(tables, reception));

export const storedIn = (tables: MemoryTables, reception: MemoryReception): StoredReception => ({
  ...reception,
  isClosed: isCalledOff(tables, reception),
  good: goodNumbers(tables, reception),
});

export const isCalledOff = ({ closings }: MemoryTables, { opening }: MemoryReception): boolean =>
  (closings.get(opening.contactId)?.fence ?? 0) >= opening.fence;

export const blockKey = ({ contactId, fence, number }: PacketBlock): string =>
  [contactId, fence, number].join('/');

function goodNumbers({ blocks }: MemoryTables, { opening }: MemoryReception): SequenceSet {
  const own = [...blocks.values()].filter(
    ({ contactId, fence }) => contactId === opening.contactId && fence === opening.fence,
  );
  return SequenceSet.union(own.flatMap(({ numbers }) => numbers));
}
