import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  highestNumber,
  missingRanges,
  missingUpTo,
  type Rocket,
  type RocketStatus,
  type RocketTrack,
  speedValue,
  statusOf,
  takenUpTo,
} from '#common/domain';
import {
  latestView,
  ROCKET_VIEWS,
  type RocketView,
  type RocketViewKind,
} from './views/rocket-view.js';

/** Ranges of missing numbers that are shown of one rocket, the lowest ones; the total counts all. */
export const MISSING_RANGES_MAX = 100;

export const ROCKET_STATUSES: readonly RocketStatus[] = ['unknown', 'flying', 'exploded'];

/** The fixed shape of `GET /state/{channel}`; texts are empty and numbers −1 while nothing is known. */
export class RocketStateDto {
  @ApiProperty({ example: 'Falcon-9' })
  readonly type: string;

  @ApiProperty({ example: 3500 })
  readonly speed: number;

  @ApiProperty({ example: 'ARTEMIS' })
  readonly mission: string;

  @ApiProperty({ example: '', description: 'Not empty: the rocket exploded' })
  readonly exploded_reason: string;

  @ApiProperty({ example: 1, description: 'Number of the message that set the mission, or −1' })
  readonly latest_mission_msg: number;

  @ApiProperty({ example: -1, description: 'Number of the message that set the reason, or −1' })
  readonly latest_exploded_msg: number;

  @ApiProperty({ example: '2022-02-02T19:39:05.86337+01:00' })
  readonly latest_update: string;
}

export class NumberRangeDto {
  @ApiProperty({ example: 17 })
  readonly from: number;

  @ApiProperty({ example: 18 })
  readonly to: number;
}

export class MissingNumbersDto {
  @ApiProperty({ example: 2 })
  readonly total: number;

  @ApiProperty({
    type: [NumberRangeDto],
    description: `The lowest first, at most ${MISSING_RANGES_MAX}`,
  })
  readonly ranges: readonly NumberRangeDto[];
}

/** A rocket as it was asked for, with its account of messages. */
export class RocketDto extends RocketStateDto {
  @ApiProperty({ example: '193270a9-c9cf-404a-8f83-838e71d9ae67' })
  readonly channel: string;

  @ApiProperty({ enum: ROCKET_STATUSES, description: 'unknown: neither launch nor explosion came' })
  readonly status: RocketStatus;

  @ApiProperty({
    enum: ROCKET_VIEWS,
    description: 'The state is by all messages taken, or exactly by those before the first missing',
  })
  readonly view: RocketViewKind;

  @ApiProperty({ type: Number, nullable: true, description: 'The last number that may count' })
  readonly as_of: number | null;

  @ApiProperty({ example: 16, description: 'Up to here no number is missing' })
  readonly applied_through: number;

  @ApiProperty({ example: 43, description: 'The highest number taken, up to as_of' })
  readonly highest: number;

  @ApiProperty({
    type: MissingNumbersDto,
    description: 'Up to as_of: have not come, though a higher number has',
  })
  readonly missing: MissingNumbersDto;

  @ApiProperty({ example: false, description: 'Nothing is missing, up to as_of' })
  readonly complete: boolean;

  @ApiProperty({ example: 41, description: 'Different numbers taken, up to as_of' })
  readonly messages_taken: number;

  @ApiProperty({ example: 3, description: 'Repeated with the same content; as of now' })
  readonly duplicates: number;

  @ApiProperty({ example: 0, description: 'Repeated with other content; the first stays' })
  readonly conflicts: number;

  @ApiProperty({ example: 0, description: 'Refused bodies that named this channel' })
  readonly rejected: number;
}

export class RocketContactDto {
  @ApiProperty({ format: 'uuid' })
  readonly contact_id: string;

  @ApiProperty({ example: 'USS Enterprise' })
  readonly ship_name: string;

  @ApiProperty({ example: 'scheduled', description: 'As the scheduler has it' })
  readonly state: string;

  @ApiProperty({ example: 1, description: 'Counts the changes of the contact' })
  readonly revision: number;

  @ApiProperty({ example: '2030-01-01T12:00:00.000Z' })
  readonly start_time: string;

  @ApiProperty({ example: 15, description: 'Seconds' })
  readonly duration: number;

  @ApiProperty({ type: String, nullable: true, description: 'Why it ended' })
  readonly reason: string | null;
}

export class ContactsOfRocketDto {
  @ApiProperty({ type: RocketContactDto, nullable: true, description: 'The last one that started' })
  readonly last: RocketContactDto | null;

  @ApiProperty({ type: RocketContactDto, nullable: true, description: 'The first one booked' })
  readonly next: RocketContactDto | null;
}

export class RocketWithContactsDto extends RocketDto {
  @ApiPropertyOptional({
    type: ContactsOfRocketDto,
    description: 'With ships that it carries, as of now; missing: the scheduler does not say',
  })
  readonly contacts?: ContactsOfRocketDto;
}

export const stateDtoOf = ({ rocket }: { readonly rocket: Rocket }) =>
  ({
    type: rocket.model,
    speed: speedValue(rocket.speed),
    mission: rocket.mission,
    exploded_reason: rocket.explodedReason,
    latest_mission_msg: rocket.missionNumber,
    latest_exploded_msg: rocket.explodedNumber,
    latest_update: rocket.latest?.text ?? '',
  }) satisfies RocketStateDto;

export const rocketDtoOf = (track: RocketTrack): RocketDto => viewDtoOf(latestView(track));

export function viewDtoOf({ track, rocket, view, asOf }: RocketView): RocketDto {
  const upTo = asOf ?? Number.MAX_SAFE_INTEGER;
  const taken = takenUpTo(track.taken, upTo);
  const total = missingUpTo(track.taken, upTo);
  return {
    channel: track.channel,
    status: statusOf(rocket),
    ...stateDtoOf({ rocket }),
    view,
    as_of: asOf,
    applied_through: taken.lowWater,
    highest: highestNumber(taken),
    missing: { total, ranges: missingRanges(track.taken, upTo, MISSING_RANGES_MAX) },
    complete: total === 0,
    messages_taken: taken.count,
    duplicates: track.duplicateCount,
    conflicts: track.conflictCount,
    rejected: track.rejectedCount,
  };
}
