import type { ContactReport } from '#common/contracts';
import { SequenceSet } from '#common/domain';
import type { Envelope } from '#common/messaging';
import type {
  Agreement,
  NewReception,
  ReceptionClosing,
  ReceptionProgress,
  StoredReception,
} from '../../receptions/reception-store.port.js';
import type { Sample, ShipSummary } from '../../archive/telemetry-archive.port.js';

export interface MemoryReception extends Omit<NewReception, 'progress' | 'address'> {
  address: NewReception['address'];
  progress: ReceptionProgress;
  agreement: Agreement | null;
  holder: string;
  samplesStored: number;
  isEnded: boolean;
}

/** What the memory adapters of receptions and telemetry share, as the others share a database. */
export class MemoryTables {
  readonly ships = new Map<string, { -readonly [K in keyof ShipSummary]: ShipSummary[K] }>();
  readonly receptions = new Map<string, MemoryReception>();
  readonly closings = new Map<string, ReceptionClosing>();
  readonly reports = new Map<string, ContactReport>();
  /** By primary key. */
  readonly samples = new Map<string, Sample & { readonly shipId: number }>();
  readonly latest = new Map<string, Sample>();
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
    .map((reception) => ({
      ...reception,
      isClosed: isCalledOff(tables, reception),
      good: goodNumbers(tables, reception),
    }));

export const isCalledOff = ({ closings }: MemoryTables, { opening }: MemoryReception): boolean =>
  (closings.get(opening.contactId)?.fence ?? 0) >= opening.fence;

function goodNumbers(tables: MemoryTables, { opening, openedAt }: MemoryReception): SequenceSet {
  const good = new SequenceSet();
  for (const { contactId, sequence, receivedAt } of tables.samples.values())
    if (contactId === opening.contactId && receivedAt >= openedAt) good.add(sequence);
  return good;
}
