import type { ContactReport, MissingRange, StreamOptionsDto } from '#common/contracts';
import {
  type AccountSnapshot,
  type Instant,
  MICROS_PER_SECOND,
  type SequenceRange,
  type SequenceSet,
} from '#common/domain';
import type { Envelope } from '#common/messaging';
import type { CountState } from '../packets/count-unwrapper.js';
import type { ArchiveBatch } from '../archive/telemetry-archive.port.js';

/** How the ship shall send, handed on to it as it is. */
export type StreamOptions = Readonly<Pick<StreamOptionsDto, keyof StreamOptionsDto>>;

/** What the scheduler asks for, in our words: ahead of the start and at it. */
export interface ReceptionOrder {
  readonly contactId: string;
  readonly fence: number;
  readonly shipName: string;
  readonly plannedStart: Instant;
  readonly plannedEnd: Instant;
  readonly stream: StreamOptions;
}

export interface ReceptionOpening extends ReceptionOrder {
  readonly startedAt: Instant;
  readonly latenessMs: number;
}

/** Where the ship shall send. With an APID the port is shared. */
export interface ReceptionAddress {
  readonly port: number;
  readonly apid: number | null;
}

/** The ship agreed to stream. */
export interface Agreement {
  readonly eventKey: string;
  readonly firstSequence: number;
  /** Of a foreign ship: when we began to listen. */
  readonly streamAskedAt: Instant;
}

/** What a reception knows of its datagrams; stored together with the samples that it counts. */
export interface ReceptionProgress {
  readonly account: AccountSnapshot;
  readonly firstDatagramAt: Instant | null;
  /** The last number, as closing packets say. */
  readonly closingSequence: number | null;
  /** The first number, where the ship has named it. */
  readonly statedFirst?: number;
  /** Only of a foreign ship; `count` is null before its first packet. */
  readonly foreign?: { readonly count: CountState | null };
}

export interface NewReception {
  readonly opening: ReceptionOpening;
  readonly shipId: number;
  readonly address: ReceptionAddress | null;
  readonly openedAt: Instant;
  readonly progress: ReceptionProgress;
}

/**
 * What came of a beginning. Known: with this fence or a higher one, so nothing has changed. Called off:
 * it has begun, and is to end at once. `at` is the instant of the beginning by the database's clock.
 */
export type Begun =
  | { readonly outcome: 'begun' | 'called off'; readonly at: Instant }
  | { readonly outcome: 'known' };

export interface StoredReception extends NewReception {
  /** It was called off, and is to end at once. */
  readonly isClosed: boolean;
  readonly agreement: Agreement | null;
  /** The numbers that the archive holds. */
  readonly good: SequenceSet;
  /** The number of its last stored block; 0 before the first. */
  readonly lastBlock: number;
}

export interface UnfinishedReception extends StoredReception {
  /** When all of it had been read, by the database's clock. */
  readonly readAt: Instant;
}

/** A contact is called off: this start of it and all before. */
export interface ReceptionClosing {
  readonly contactId: string;
  readonly fence: number;
  readonly closedAt: Instant;
  readonly reason: string;
}

/** Closings whose reception has not begun for so long, or beyond so many, are forgotten. */
export const CLOSINGS_KEPT_MICROS = 7 * 24 * 3_600 * MICROS_PER_SECOND;
export const CLOSINGS_KEPT_MAX = 10_000;

/** A report, and what it has no room for. */
export interface FullReport {
  readonly report: ContactReport;
  /**
   * The missing ranges behind those that the report lists; empty where it lists all, and where nobody
   * kept them: then `missing_ranges_total` says that there are more.
   */
  readonly unlisted: Iterable<MissingRange> & { readonly length: number };
}

export interface ReceptionEnd extends FullReport {
  readonly contactId: string;
  readonly fence: number;
  readonly endedAt: Instant;
  /** What the report was made of: late data goes on from it. */
  readonly progress: ReceptionProgress;
  readonly message: Envelope;
}

/** A reception that is over, as its report says, and all that a new report is made of. */
export interface EndedReception extends StoredReception {
  readonly report: ContactReport;
  readonly samplesStored: number;
}

/** What is known of a contact that has ended, beside its packets. */
export interface RecordedContact extends FullReport {
  /** Its ship was listened to, not asked. */
  readonly isForeign: boolean;
  /** Numbers that no packet ever had: the ship began to count anew behind them. */
  readonly neverSent: readonly SequenceRange[];
}

/** What came late for a reception that has ended, and the report that counts it as well. */
export interface ReportRevision extends FullReport {
  /** Of the last block that was known when this was made: another one, and all is to be made anew. */
  readonly lastBlock: number;
  /** Of this one reception. Its blocks go on behind `lastBlock`. */
  readonly batch: ArchiveBatch;
  readonly message: Envelope;
}

/**
 * Keeps receptions over a crash. A contact has one, that of its highest fence. What this process began
 * or took over it holds; what another one holds it cannot change.
 */
export abstract class ReceptionStore {
  /** The number of a ship; the same name always has the same one. */
  abstract shipId(name: string): Promise<number>;
  abstract begin(reception: NewReception): Promise<Begun>;
  /**
   * Notes that a contact is called off, whether or not its reception has begun. The highest fence
   * stands. Those that nobody came for are forgotten, the oldest first; never one of an unfinished
   * reception.
   */
  abstract close(closing: ReceptionClosing): Promise<void>;
  /** Whether this fence of the contact, or a higher one, was called off. */
  abstract isClosed(contactId: string, fence: number): Promise<boolean>;
  /** Notes a new address, before the ship hears of it. False when superseded or lost. */
  abstract moved(contactId: string, fence: number, address: ReceptionAddress): Promise<boolean>;
  /**
   * Notes the stream and puts the message into the outbox, both once. False when another stream was
   * noted, or the reception has ended, was superseded or lost.
   */
  abstract agreed(
    contactId: string,
    fence: number,
    agreement: Agreement,
    message: Envelope,
  ): Promise<boolean>;
  /** The stream that its last start agreed on; null before, and of a foreign ship, which has none. */
  abstract agreement(contactId: string): Promise<Agreement | null>;
  /** Samples of this contact in the archive. */
  abstract samplesStored(contactId: string): Promise<number>;
  /** Report, what it does not list, and message at once. False, and nothing changes, when ended, superseded or lost. */
  abstract end(end: ReceptionEnd): Promise<boolean>;
  /** Receptions that this process holds and did not end, oldest first; all, or those of some contacts. */
  abstract unfinished(contactIds?: readonly string[]): Promise<UnfinishedReception[]>;
  abstract report(contactId: string): Promise<ContactReport | null>;
  /** The same with what it does not list, both of one revision. */
  abstract fullReport(contactId: string): Promise<FullReport | null>;
  /** Null before the contact has a report. */
  abstract recorded(contactId: string): Promise<RecordedContact | null>;
  /** The last start of a contact, whoever held it, once it has ended. Null where nobody knows one. */
  abstract ended(contactId: string): Promise<EndedReception | 'open' | null>;
  /**
   * Stores what came late, puts the new report with its unlisted ranges in the place of the old one and
   * the message into the outbox, all at once. False, and nothing changes, when the reception is open again, was superseded,
   * or others have stored late data of it meanwhile.
   */
  abstract revise(revision: ReportRevision): Promise<boolean>;
}
