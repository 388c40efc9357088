import type { ContactReport } from '#common/contracts';
import type { Difference } from '../rockets/check-states.js';
import type { WebhookFact } from './check-webhook.js';
import type { HistoryEntry } from './history.js';
import type { LiveFact } from './live-watcher.js';
import type { Outage } from './nemesis.js';
import type { ContactHistory } from './read-histories.js';
import type { SeriesFact } from './series-client.js';

/** Instants of the database: microseconds since 1970. */
export type Micros = number;

export interface ContactFact {
  readonly id: string;
  readonly shipName: string;
  readonly startTime: Micros;
  readonly plannedEnd: Micros;
  readonly duration: number;
  readonly state: string;
  readonly fence: number;
  readonly batteries: number;
  readonly antenna: string | null;
  /** Which occurrence of a series it is; null: of none. */
  readonly seriesAt: Micros | null;
  readonly startedAt: Micros | null;
  readonly endedAt: Micros | null;
  readonly fault: string | null;
  readonly endReason: string | null;
  readonly report: ContactReport | null;
}

/** A row of a contact's history, in the order of writing. */
export interface ChangeFact {
  readonly contactId: string;
  readonly state: string;
}

export interface ReceptionFact {
  readonly contactId: string;
  readonly fence: number;
  readonly eventKey: string | null;
  readonly samplesStored: number;
  readonly endedAt: Micros | null;
}

/** What the archive holds of a contact. */
export interface SamplesFact {
  readonly contactId: string;
  readonly count: number;
  readonly packetCount: number;
  /** Different ones: of a start of the contact each packet has its own. */
  readonly numberCount: number;
}

/** A stream that the ship began, by its log. */
export interface StreamFact {
  readonly eventKey: string;
  readonly shipName: string;
  readonly startedAtMs: number;
  /** Null when it died with the ship. */
  readonly ended: { readonly lastSequence: number; readonly sent: number } | null;
}

/** Work that is left over. */
export interface LeftOver {
  /** `<table>: <what>`, one line each. */
  readonly rows: readonly string[];
  readonly queues: readonly string[];
  readonly deadLetters: readonly string[];
}

/** All that the checker judges. */
export interface Facts {
  readonly history: readonly HistoryEntry[];
  readonly contacts: readonly ContactFact[];
  readonly changes: readonly ChangeFact[];
  readonly receptions: readonly ReceptionFact[];
  readonly reports: readonly ContactReport[];
  readonly samples: readonly SamplesFact[];
  readonly streams: readonly StreamFact[];
  /** Contact ids, once for each request to the ship whose answer was lost. */
  readonly leftBehind: readonly string[];
  readonly outages: readonly Outage[];
  readonly leftOver: LeftOver;
  /** Apps that ended by themselves after they had been up. */
  readonly unasked: readonly string[];
  readonly rocketDifferences: readonly Difference[];
  readonly series: readonly SeriesFact[];
  /** Answers about series that nothing has earned. */
  readonly seriesRefused: readonly string[];
  readonly histories: readonly ContactHistory[];
  readonly live: readonly LiveFact[];
  readonly webhook: WebhookFact;
}

export interface Violation {
  readonly kind: string;
  /** What it is about, for people. */
  readonly detail: string;
}
