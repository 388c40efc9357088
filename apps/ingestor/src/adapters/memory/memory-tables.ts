import type { ContactReport } from '#common/contracts';
import type { Envelope } from '#common/messaging';
import type {
  Agreement,
  NewReception,
  ReceptionClosing,
  ReceptionProgress,
} from '../../receptions/reception-store.port.js';
import type { Sample, ShipSummary } from '../../telemetry/telemetry-archive.port.js';

export interface MemoryReception extends Omit<NewReception, 'progress' | 'address'> {
  address: NewReception['address'];
  progress: ReceptionProgress;
  agreement: Agreement | null;
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
}
