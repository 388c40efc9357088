/** Why a number that the ship sent is missing. */
export type MissingCause = 'corrupt' | 'shed' | 'kernel' | 'restart' | 'lost';

/** Of more holes than these a report has the sums alone; the ingestor lists all of them elsewhere. */
export const MISSING_RANGES_MAX = 1_000;

export interface MissingRange {
  readonly from: number;
  readonly to: number;
  readonly cause: MissingCause;
}

/** `closed` contacts end in one of these; what each means is in docs/glossary.md. */
export type ReportState = 'completed' | 'stopped' | 'failed';

/** The account of a contact, as it crosses the wire; both identities of it are in docs/architecture.md. */
export interface ContactReport {
  readonly contact_id: string;
  readonly ship_name: string;
  readonly state: ReportState;
  /** 1; one more each time that data which came late changed it. */
  readonly revision: number;
  /** True only when every number and every datagram is explained. */
  readonly closed: boolean;
  /** `totals` where datagrams carry no number (`json`): only sums can be compared. */
  readonly accounting: 'sequence' | 'totals';
  readonly planned_start: string;
  readonly planned_end: string;
  readonly started_at: string;
  readonly stream_asked_at: string | null;
  readonly first_datagram_at: string | null;
  readonly ended_at: string;
  readonly lateness_ms: number;
  readonly first_sequence: number | null;
  readonly last_sequence: number | null;
  readonly datagrams: {
    readonly received: number;
    readonly bytes: number;
    readonly good: number;
    readonly duplicates: number;
    /** Good ones that came after a higher number. */
    readonly late: number;
    readonly corrupt: number;
    readonly control: number;
    readonly rejected: Readonly<Record<string, number>>;
    /** Taken from the socket, then dropped because our own queue was full. */
    readonly shed: number;
    readonly kernel_dropped: number;
  };
  readonly numbers: {
    /** What the ship says it sent; null when it could not be asked. */
    readonly expected: number | null;
    readonly good: number;
    readonly missing: number | null;
    /** The first `MISSING_RANGES_MAX` of them. */
    readonly missing_ranges: readonly MissingRange[];
    /** How many there are, listed or not; only where the list does not show all that is missing. */
    readonly missing_ranges_total?: number;
    /** Over all that is missing: where the ranges are cut, and where datagrams carry no number. */
    readonly missing_by_cause?: Readonly<Record<MissingCause, number>>;
  };
  readonly samples_stored: number;
}
