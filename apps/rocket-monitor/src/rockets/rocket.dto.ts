import { ApiProperty } from '@nestjs/swagger';
import {
  highestNumber,
  missingCount,
  type RocketStatus,
  type RocketTrack,
  speedValue,
  statusOf,
} from '#common/domain';
import type { RejectedMessage } from './rocket-store.port.js';

const ROCKET_STATUSES: readonly RocketStatus[] = ['unknown', 'flying', 'exploded'];

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

/** All that is known of a rocket, its account of messages included. */
export class RocketDto extends RocketStateDto {
  @ApiProperty({ example: '193270a9-c9cf-404a-8f83-838e71d9ae67' })
  readonly channel: string;

  @ApiProperty({ enum: ROCKET_STATUSES, description: 'unknown: neither launch nor explosion came' })
  readonly status: RocketStatus;

  @ApiProperty({ example: 41, description: 'Different numbers taken' })
  readonly messages_taken: number;

  @ApiProperty({ example: 43 })
  readonly highest_number: number;

  @ApiProperty({ example: 2, description: 'Numbers below the highest that have not come' })
  readonly missing_count: number;

  @ApiProperty({ example: 3, description: 'Repeated with the same content' })
  readonly duplicates: number;

  @ApiProperty({ example: 0, description: 'Repeated with other content; the first stays' })
  readonly conflicts: number;
}

export class RejectedMessageDto {
  @ApiProperty({ example: '2030-01-01T12:00:00.000Z' })
  readonly received_at: string;

  @ApiProperty({ example: 'VALIDATION_FAILED' })
  readonly code: string;

  @ApiProperty({ example: 'metadata.messageNumber must not be less than 1' })
  readonly detail: string;

  @ApiProperty({ type: String, nullable: true, description: 'As far as the body names one' })
  readonly channel: string | null;

  @ApiProperty({ description: 'The body as it came, or its beginning' })
  readonly body: string;
}

export const stateDtoOf = ({ rocket }: RocketTrack) =>
  ({
    type: rocket.model,
    speed: speedValue(rocket.speed),
    mission: rocket.mission,
    exploded_reason: rocket.explodedReason,
    latest_mission_msg: rocket.missionNumber,
    latest_exploded_msg: rocket.explodedNumber,
    latest_update: rocket.latest?.text ?? '',
  }) satisfies RocketStateDto;

export const rocketDtoOf = (track: RocketTrack): RocketDto => ({
  channel: track.channel,
  status: statusOf(track.rocket),
  ...stateDtoOf(track),
  messages_taken: track.taken.count,
  highest_number: highestNumber(track.taken),
  missing_count: missingCount(track.taken),
  duplicates: track.duplicateCount,
  conflicts: track.conflictCount,
});

export const rejectedDtoOf = (message: RejectedMessage): RejectedMessageDto => ({
  received_at: new Date(message.receivedAtMs).toISOString(),
  code: message.code,
  detail: message.detail,
  channel: message.channel,
  body: message.body,
});
