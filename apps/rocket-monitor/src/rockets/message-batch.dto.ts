import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { FieldFault } from '#common/platform';

/** `unavailable`: not taken for now; it can be sent again as it is. */
export const BATCH_STATUSES = ['new', 'duplicate', 'conflict', 'rejected', 'unavailable'] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

class FieldFaultDto implements FieldFault {
  @ApiProperty({ example: 'metadata.messageNumber' })
  readonly field: string;

  @ApiProperty({ example: 'metadata.messageNumber must not be less than 1' })
  readonly message: string;
}

/** What became of one message; the code and its detail only where it was not taken. */
export class BatchItemDto {
  @ApiProperty({ enum: BATCH_STATUSES })
  readonly status: BatchStatus;

  @ApiPropertyOptional({ example: 'VALIDATION_FAILED' })
  readonly code?: string;

  @ApiPropertyOptional({ example: 'metadata.messageNumber must not be less than 1' })
  readonly detail?: string;

  @ApiPropertyOptional({ type: [FieldFaultDto], description: 'With VALIDATION_FAILED' })
  readonly errors?: readonly FieldFault[];
}

export class BatchResultDto {
  @ApiProperty({ example: 1, description: 'New ones' })
  readonly taken: number;

  @ApiProperty({ example: 0, description: 'Taken before, with the same content' })
  readonly duplicates: number;

  @ApiProperty({ example: 0, description: 'Taken before, with other content; the first stays' })
  readonly conflicts: number;

  @ApiProperty({ example: 0, description: 'That do not fit; kept among the rejected' })
  readonly rejected: number;

  @ApiProperty({ example: 0, description: 'Not taken for now: send them again later' })
  readonly unavailable: number;

  @ApiProperty({ type: [BatchItemDto], description: 'As many as messages, in their order' })
  readonly results: readonly BatchItemDto[];
}

export function batchResultOf(results: readonly BatchItemDto[]): BatchResultDto {
  const count = (wanted: BatchStatus): number =>
    results.filter(({ status }) => status === wanted).length;
  return {
    taken: count('new'),
    duplicates: count('duplicate'),
    conflicts: count('conflict'),
    rejected: count('rejected'),
    unavailable: count('unavailable'),
    results,
  };
}
