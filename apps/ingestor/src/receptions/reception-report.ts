import {
  type ContactReport,
  MISSING_RANGES_MAX,
  type MissingRange,
  type ReportState,
} from '#common/contracts';
import { formatInstant, type Instant, type NumbersPart, type ShipStatement } from '#common/domain';
import type { Reception } from './reception.js';
import type { FullReport } from './reception-store.port.js';

export interface ReportFacts {
  readonly state: ReportState;
  readonly endedAt: Instant;
  readonly statement: ShipStatement | null;
  readonly samplesStored: number;
  /** 1 unless said otherwise. */
  readonly revision?: number;
}

/** The account of a contact as WIRE has it, section "Ingestor". */
export function fullReportOf(reception: Reception, facts: ReportFacts): FullReport {
  const numbers = reception.account.numbers(facts.statement);
  const report = reportWith(numbers, reception, facts);
  return { report, unlisted: numbers.missingRanges.slice(MISSING_RANGES_MAX) };
}

function reportWith(numbers: NumbersPart, reception: Reception, facts: ReportFacts): ContactReport {
  const { opening, account, streamAskedAt, firstDatagramAt } = reception;
  const { state, endedAt, statement } = facts;
  const { kernelDropped, ...counts } = account.counts();
  return {
    contact_id: opening.contactId,
    ship_name: opening.shipName,
    state,
    revision: facts.revision ?? 1,
    // A contact that failed is not explained, whatever its numbers say.
    closed: state !== 'failed' && account.isClosed(statement),
    accounting: account.accounting,
    planned_start: formatInstant(opening.plannedStart),
    planned_end: formatInstant(opening.plannedEnd),
    started_at: formatInstant(opening.startedAt),
    stream_asked_at: orNull(streamAskedAt),
    first_datagram_at: orNull(firstDatagramAt),
    ended_at: formatInstant(endedAt),
    lateness_ms: opening.latenessMs,
    ...edgesOf(reception, statement),
    datagrams: {
      received: counts.received,
      bytes: counts.bytes,
      good: counts.good,
      duplicates: counts.duplicates,
      late: counts.late,
      corrupt: counts.corrupt,
      control: counts.control,
      rejected: counts.rejected,
      shed: counts.shed,
      kernel_dropped: kernelDropped,
    },
    numbers: numbersReportOf(numbers),
    samples_stored: facts.samplesStored,
  };
}

/** As many of its ranges as there is room for, and the sums where there is not. */
export function numbersReportOf(numbers: NumbersPart): ContactReport['numbers'] {
  const { expected, good, missing, missingRanges, missingByCause } = numbers;
  const shown = missingRanges.slice(0, MISSING_RANGES_MAX);
  const isAllShown = sizeOf(shown) === (missing ?? 0);
  return {
    expected,
    good,
    missing,
    missing_ranges: shown,
    ...(!isAllShown && { missing_ranges_total: missingRanges.length }),
    ...(!isAllShown && { missing_by_cause: missingByCause }),
  };
}

/** A foreign ship states nothing: what was seen of its numbers stands there. */
function edgesOf(
  { foreign, account, agreement }: Reception,
  statement: ShipStatement | null,
): Pick<ContactReport, 'first_sequence' | 'last_sequence'> {
  const [lowest = null, highest = null] = account.seen ?? [];
  if (foreign) return { first_sequence: lowest, last_sequence: highest };
  return {
    first_sequence: statement?.firstSequence ?? agreement?.firstSequence ?? null,
    last_sequence: statement?.lastSequence ?? null,
  };
}

const sizeOf = (ranges: readonly MissingRange[]): number =>
  ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);

const orNull = (instant: Instant | null): string | null =>
  instant === null ? null : formatInstant(instant);
