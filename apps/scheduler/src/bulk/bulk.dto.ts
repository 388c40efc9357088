import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Problem } from '#common/platform';
import { BookingTermsQueryDto } from '../contacts/booking-query.dto.js';
import { ContactDto, contactDtoOf } from '../contacts/contact.dto.js';
import { type BulkOutcome, isProblem } from './bulk-store.port.js';

export const BULK_MODES = ['all', 'each'] as const;
export type BulkMode = (typeof BULK_MODES)[number];

export class BulkQueryDto extends BookingTermsQueryDto {
  @ApiPropertyOptional({
    enum: BULK_MODES,
    default: 'all',
    description: 'all: every one or none; each: every one that can be booked',
  })
  @IsOptional()
  @IsIn(BULK_MODES)
  readonly mode: BulkMode = 'all';
}

export class BulkItemDto {
  @ApiProperty({ example: 0, description: 'Its place in the bulk, from 0' })
  readonly index: number;

  @ApiProperty({ example: 201, description: '201, or the status that it would get by itself' })
  readonly status: number;

  @ApiPropertyOptional({ type: ContactDto, description: 'With 201' })
  readonly contact?: ContactDto;

  @ApiPropertyOptional({ type: Object, description: 'Otherwise: code, detail, errors and more' })
  readonly problem?: Problem;
}

export class BulkResultDto {
  @ApiProperty({ example: 9_998 })
  readonly booked: number;

  @ApiProperty({ example: 2 })
  readonly refused: number;

  @ApiProperty({ type: [BulkItemDto], description: 'As many as there are in the bulk, in order' })
  readonly results: readonly BulkItemDto[];
}

export function bulkResultOf(outcomes: readonly BulkOutcome[], instance: string): BulkResultDto {
  const refused = outcomes.filter(isProblem).length;
  const results = outcomes.map((one, index) => resultOf(one, index, instance));
  return { booked: outcomes.length - refused, refused, results };
}

const resultOf = (one: BulkOutcome, index: number, instance: string): BulkItemDto =>
  isProblem(one)
    ? { index, status: one.status, problem: { ...one, instance } }
    : { index, status: 201, contact: contactDtoOf(one) };
