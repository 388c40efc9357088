import { Type } from 'class-transformer';
import {
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  IsUUID,
  Length,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsInstant } from './instant.decorator.js';
import { StreamOptionsDto } from './stream-options.dto.js';
import { IsText } from './text.decorator.js';

/** Commands of the scheduler to whichever ingestor takes them. */
export const RECEPTION_PREPARE = 'reception.prepare';
export const RECEPTION_OPEN = 'reception.open';
export const RECEPTION_CLOSE = 'reception.close';

export const CLOSE_REASON_CHARS_MAX = 1_000;

/** What a contact asks of its receiver, said ahead of its start and at it. */
class ReceptionOrderDto {
  @IsUUID()
  readonly contact_id: string;

  /** Counts the starts of the contact. */
  @IsInt()
  @Min(1)
  readonly fence: number;

  @IsString()
  @Length(1, 128)
  readonly ship_name: string;

  @IsInstant()
  readonly planned_start: string;

  @IsInstant()
  readonly planned_end: string;

  @IsObject()
  @ValidateNested()
  @Type(() => StreamOptionsDto)
  readonly stream: StreamOptionsDto;
}

/**
 * This contact starts within seconds, with this fence: have everything ready that takes time. Only
 * `reception.open` starts it; without one this comes to nothing some seconds after the planned start.
 * May be lost, or not come at all.
 */
export class ReceptionPrepareDto extends ReceptionOrderDto {}

/**
 * Receive this ship from now until the planned end. Sent again with the same fence it opens nothing
 * new; with a lower one than known it is stale and ignored.
 */
export class ReceptionOpenDto extends ReceptionOrderDto {
  /** The commit of the start. */
  @IsInstant()
  readonly started_at: string;

  @IsNumber()
  @Min(0)
  readonly lateness_ms: number;
}

/**
 * End the reception before its planned end. May come before the `reception.open` that it is meant for,
 * which then opens nothing. Ends lower fences too.
 */
export class ReceptionCloseDto {
  @IsUUID()
  readonly contact_id: string;

  @IsInt()
  @Min(1)
  readonly fence: number;

  @IsText(0, CLOSE_REASON_CHARS_MAX)
  readonly reason: string;
}
