import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import { IsInstant, IsText } from '#common/contracts';
import { formatInstant, type Instant, MICROS_PER_SECOND, parseInstant } from '#common/domain';
import { FromTrueOrFalse, ValidationException } from '#common/platform';
import type { Antenna, AntennaBlock, Blocking, NewBlock } from './antenna-store.port.js';

export const ANTENNA_CHARS_MAX = 128;
const DESCRIPTION_CHARS_MAX = 1_000;
const REASON_CHARS_MAX = 512;
/** Ten years: what is blocked for longer can be deleted. */
const BLOCK_DAYS_MAX = 3_653;

export const QueryFlag =
  (description: string): PropertyDecorator =>
  (target, key) => {
    ApiPropertyOptional({ default: false, description })(target, key);
    IsOptional()(target, key);
    FromTrueOrFalse()(target, key);
    IsBoolean()(target, key);
  };

export class PutAntennaDto {
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: DESCRIPTION_CHARS_MAX })
  @IsOptional()
  @IsText(0, DESCRIPTION_CHARS_MAX)
  readonly description?: string | null;
}

export class AntennaDto {
  @ApiProperty({ example: 'Kiruna-1' })
  readonly name: string;

  @ApiProperty({ type: String, nullable: true, example: '13 m, S and X band' })
  readonly description: string | null;

  static of({ name, description }: Antenna): AntennaDto {
    return { name, description };
  }
}

export class BlockDto {
  @ApiProperty({ example: '2030-01-01T12:00:00Z', description: 'ISO 8601 with an offset' })
  @IsInstant()
  readonly start: string;

  @ApiProperty({ example: '2030-01-01T14:00:00Z', description: 'The first moment that is free' })
  @IsInstant()
  readonly end: string;

  @ApiProperty({ example: 'Maintenance', maxLength: REASON_CHARS_MAX })
  @IsText(1, REASON_CHARS_MAX)
  readonly reason: string;
}

export class BlockQueryDto {
  @QueryFlag('Cancel the contacts that have not begun, whatever their priority')
  readonly displace: boolean = false;
}

export class StoredBlockDto extends BlockDto {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ description: 'Who blocked it' })
  readonly by: string;

  static of({ id, start, end, reason, by }: AntennaBlock): StoredBlockDto {
    return { id, start: formatInstant(start), end: formatInstant(end), reason, by };
  }
}

export class MadeBlockDto extends StoredBlockDto {
  @ApiProperty({ type: [String], description: 'The contacts that were cancelled for it' })
  readonly displaced: readonly string[];

  static made({ block, displaced }: Blocking): MadeBlockDto {
    const { id, start, end, reason, by } = StoredBlockDto.of(block);
    return { id, start, end, reason, by, displaced };
  }
}

/** @throws {ValidationException} unless it ends after its start, after `now` and within ten years */
export function newBlockOf({ start, end, reason }: BlockDto, now: Instant): NewBlock {
  const block = { start: parseInstant(start)!, end: parseInstant(end)!, reason };
  if (block.end <= block.start) throw badEnd('end must be after start');
  if (block.end <= now) throw badEnd('end must be in the future');
  if (block.end - block.start > BLOCK_DAYS_MAX * 86_400 * MICROS_PER_SECOND)
    throw badEnd(`end must be at most ${BLOCK_DAYS_MAX} days after start`);
  return block;
}

const badEnd = (message: string): ValidationException =>
  new ValidationException([{ field: 'end', message }]);
