import { ApiProperty } from '@nestjs/swagger';
import { CONTACT_STATES, type ContactState, DomainError, formatInstant } from '#common/domain';
import type { Conflict } from './antenna-conflict.js';
import type { FreeWindow } from './time-window.js';

/** An answer names so many; there may be more. */
export const CONFLICTS_TOLD_MAX = 100;
export const FREE_WINDOWS_MAX = 5;

const KINDS = ['contact', 'block', 'booking'] as const;

/** What has the antenna already. */
export class ConflictDto {
  @ApiProperty({ description: 'Which of the wanted contacts it is in the way of, from 0' })
  readonly index: number;

  @ApiProperty({ enum: KINDS, description: 'booking: another one of the same list' })
  readonly kind: Conflict['kind'];

  @ApiProperty({ type: String, nullable: true, format: 'uuid' })
  readonly id: string | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Which of the list, for a booking' })
  readonly booking_index: number | null;

  @ApiProperty({ type: String, nullable: true })
  readonly ship_name: string | null;

  @ApiProperty()
  readonly start_time: string;

  @ApiProperty()
  readonly end: string;

  @ApiProperty({ type: Number, nullable: true })
  readonly priority: number | null;

  @ApiProperty({ type: String, nullable: true, enum: CONTACT_STATES })
  readonly state: ContactState | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why it is blocked' })
  readonly reason: string | null;

  static of(conflict: Conflict): ConflictDto {
    return {
      index: conflict.index,
      kind: conflict.kind,
      id: conflict.id,
      booking_index: conflict.bookingIndex,
      ship_name: conflict.shipName,
      start_time: formatInstant(conflict.start),
      end: formatInstant(conflict.end),
      priority: conflict.priority,
      state: conflict.state,
      reason: conflict.reason,
    };
  }
}

export class FreeWindowDto {
  @ApiProperty()
  readonly start: string;

  @ApiProperty({ type: String, nullable: true, description: 'null: nothing comes after it' })
  readonly end: string | null;

  static of({ start, end }: FreeWindow): FreeWindowDto {
    return { start: formatInstant(start), end: end === null ? null : formatInstant(end) };
  }
}

/** What stands beside the code ANTENNA_TAKEN, and in the answer of a dry run. */
export class AntennaTakenDto {
  @ApiProperty({ type: [ConflictDto], description: `The first ${CONFLICTS_TOLD_MAX}` })
  readonly conflicts: readonly ConflictDto[];

  @ApiProperty({
    type: [FreeWindowDto],
    description: `The next ${FREE_WINDOWS_MAX} that are long enough for the first conflict's contact`,
  })
  readonly free_windows: readonly FreeWindowDto[];

  static of(
    conflicts: readonly Conflict[],
    freeWindows: readonly FreeWindow[] = [],
  ): AntennaTakenDto {
    return {
      conflicts: conflicts.slice(0, CONFLICTS_TOLD_MAX).map((conflict) => ConflictDto.of(conflict)),
      free_windows: freeWindows.map((window) => FreeWindowDto.of(window)),
    };
  }
}

/** What would have come of a booking or a change. */
export class RehearsalDto extends AntennaTakenDto {
  @ApiProperty({ description: 'The conflicts of one that is possible would be displaced' })
  readonly possible: boolean;
}

/** `conflicts` has one at least. */
export function antennaTaken(
  antenna: string,
  found: readonly Conflict[],
  freeWindows: readonly FreeWindow[] = [],
): DomainError {
  const { kind, id, booking_index, start_time, end } = ConflictDto.of(found[0]!);
  const taker = kind === 'booking' ? `the booking at ${booking_index}` : `${kind} ${id}`;
  const { conflicts, free_windows } = AntennaTakenDto.of(found, freeWindows);
  return new DomainError(
    'ANTENNA_TAKEN',
    `${antenna} is taken by ${taker} from ${start_time} to ${end}`,
    { facts: { conflicts, free_windows } },
  );
}
