import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  type ContactReport,
  MISSING_RANGES_MAX,
  type MissingCause,
  type MissingRange,
  type ReportState,
} from '#common/contracts';

const CAUSES: readonly MissingCause[] = ['corrupt', 'shed', 'kernel', 'restart', 'lost'];
const STATES: readonly ReportState[] = ['completed', 'stopped', 'failed'];
const COUNT = { type: 'integer' } as const;
const COUNT_OR_NULL = { type: 'integer', nullable: true } as const;
const TIME = { format: 'date-time', example: '2030-01-01T12:00:00.000Z' } as const;
const TIME_OR_NULL = { ...TIME, type: String, nullable: true } as const;
const COUNTS_BY_NAME = { type: 'object', additionalProperties: COUNT } as const;

/** `received = good + duplicates + corrupt + control + shed` + all of `rejected`. */
export class DatagramsReportDto {
  @ApiProperty({ ...COUNT, example: 3_012 })
  readonly received: number;

  @ApiProperty({ ...COUNT, example: 171_684 })
  readonly bytes: number;

  @ApiProperty({ ...COUNT, example: 2_900, description: 'Read and counted for the first time' })
  readonly good: number;

  @ApiProperty({ ...COUNT, example: 50 })
  readonly duplicates: number;

  @ApiProperty({ ...COUNT, example: 12, description: 'Good ones that came after a higher number' })
  readonly late: number;

  @ApiProperty({ ...COUNT, example: 59, description: 'Their check sum is wrong' })
  readonly corrupt: number;

  @ApiProperty({ ...COUNT, example: 3, description: 'Closing packets' })
  readonly control: number;

  @ApiProperty({ ...COUNTS_BY_NAME, example: {}, description: 'By reason' })
  readonly rejected: Readonly<Record<string, number>>;

  @ApiProperty({ ...COUNT, example: 0, description: 'Dropped, because we had no room' })
  readonly shed: number;

  @ApiProperty({ ...COUNT, example: 0, description: 'Never reached us; not in `received`' })
  readonly kernel_dropped: number;
}

export class MissingRangeDto implements MissingRange {
  @ApiProperty({ ...COUNT, example: 40 })
  readonly from: number;

  @ApiProperty({ ...COUNT, example: 41, description: 'Included' })
  readonly to: number;

  @ApiProperty({ enum: CAUSES })
  readonly cause: MissingCause;
}

/** `expected = good + missing` whenever the account is closed. */
export class NumbersReportDto {
  @ApiProperty({ ...COUNT_OR_NULL, example: 3_000, description: 'What the ship says it sent' })
  readonly expected: number | null;

  @ApiProperty({ ...COUNT, example: 2_900 })
  readonly good: number;

  @ApiProperty({ ...COUNT_OR_NULL, example: 100 })
  readonly missing: number | null;

  @ApiProperty({
    type: [MissingRangeDto],
    maxItems: MISSING_RANGES_MAX,
    description: 'The first; all those of a contact are at /contacts/{contact_id}/report/missing',
  })
  readonly missing_ranges: readonly MissingRangeDto[];

  @ApiPropertyOptional({ ...COUNT, description: 'Also those that are not in the list' })
  readonly missing_ranges_total?: number;

  @ApiPropertyOptional({ ...COUNTS_BY_NAME, description: 'Of all that is missing' })
  readonly missing_by_cause?: Readonly<Record<MissingCause, number>>;
}

/** The account of a contact that has ended. */
export class ContactReportDto implements ContactReport {
  @ApiProperty({ format: 'uuid' })
  readonly contact_id: string;

  @ApiProperty({ example: 'USS Enterprise' })
  readonly ship_name: string;

  @ApiProperty({ enum: STATES })
  readonly state: ReportState;

  @ApiProperty({
    ...COUNT,
    example: 1,
    description: 'One more each time that late data changed it',
  })
  readonly revision: number;

  @ApiProperty({ description: 'Every datagram and every number is explained' })
  readonly closed: boolean;

  @ApiProperty({
    enum: ['sequence', 'totals'],
    description: 'totals: datagrams carry no number (json), so only sums are compared',
  })
  readonly accounting: 'sequence' | 'totals';

  @ApiProperty(TIME)
  readonly planned_start: string;

  @ApiProperty(TIME)
  readonly planned_end: string;

  @ApiProperty({ ...TIME, description: 'The commit of the start' })
  readonly started_at: string;

  @ApiProperty(TIME_OR_NULL)
  readonly stream_asked_at: string | null;

  @ApiProperty(TIME_OR_NULL)
  readonly first_datagram_at: string | null;

  @ApiProperty(TIME)
  readonly ended_at: string;

  @ApiProperty({ example: 3, description: 'From planned start to the commit of the start' })
  readonly lateness_ms: number;

  @ApiProperty({ ...COUNT_OR_NULL, example: 1 })
  readonly first_sequence: number | null;

  @ApiProperty({ ...COUNT_OR_NULL, example: 3_000 })
  readonly last_sequence: number | null;

  @ApiProperty({ type: DatagramsReportDto })
  readonly datagrams: DatagramsReportDto;

  @ApiProperty({ type: NumbersReportDto })
  readonly numbers: NumbersReportDto;

  @ApiProperty({ ...COUNT, example: 5_800 })
  readonly samples_stored: number;
}
