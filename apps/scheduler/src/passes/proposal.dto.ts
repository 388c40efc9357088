import { ApiProperty } from '@nestjs/swagger';
import { formatInstant } from '#common/domain';
import { PassDto, passDtoOf } from './pass.dto.js';
import {
  LEFT_OUT_REASONS,
  type LeftOut,
  type LeftOutReason,
  type PlannedContact,
  type TakenTime,
} from './plan.js';
import type { Proposal } from './plans.service.js';
import type { ShipFault } from './predictions.js';

/** How many of those that were left out are named; all are counted. */
export const LEFT_OUT_MAX = 1_000;

export class PlannedContactDto {
  @ApiProperty({ format: 'uuid', nullable: true, type: String, description: 'Once it is booked' })
  readonly contact_id: string | null;

  @ApiProperty({ example: 'USS Enterprise' })
  readonly ship_name: string;

  @ApiProperty({ example: 'Kiruna-1' })
  readonly antenna: string;

  @ApiProperty({ example: 0 })
  readonly priority: number;

  @ApiProperty({ example: '2030-01-01T12:00:00.000Z' })
  readonly start_time: string;

  @ApiProperty({ example: 395, description: 'Whole seconds inside of the pass' })
  readonly duration: number;

  @ApiProperty({ type: PassDto })
  readonly pass: PassDto;
}

export class InTheWayDto {
  @ApiProperty({ type: String, nullable: true, description: 'null: a contact of this plan' })
  readonly contact_id: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'null: the antenna is blocked' })
  readonly ship_name: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly antenna: string | null;

  @ApiProperty()
  readonly starts_at: string;

  @ApiProperty()
  readonly ends_at: string;
}

export class LeftOutDto {
  @ApiProperty({ enum: LEFT_OUT_REASONS })
  readonly reason: LeftOutReason;

  @ApiProperty({ example: 0 })
  readonly priority: number;

  @ApiProperty({ type: InTheWayDto, nullable: true })
  readonly in_the_way: InTheWayDto | null;

  @ApiProperty({ type: PassDto })
  readonly pass: PassDto;
}

export class ShipFaultDto {
  @ApiProperty()
  readonly ship_name: string;

  @ApiProperty({ enum: ['ORBIT_DECAYED', 'ELEMENTS_TOO_OLD'] })
  readonly code: string;

  @ApiProperty()
  readonly detail: string;
}

export class ProposalDto {
  @ApiProperty()
  readonly from: string;

  @ApiProperty()
  readonly to: string;

  @ApiProperty()
  readonly booked: boolean;

  @ApiProperty({ type: [PlannedContactDto], description: 'By time' })
  readonly contacts: readonly PlannedContactDto[];

  @ApiProperty({ type: [LeftOutDto], description: `By time, the first ${LEFT_OUT_MAX}` })
  readonly left_out: readonly LeftOutDto[];

  @ApiProperty()
  readonly left_out_count: number;

  @ApiProperty({ type: [ShipFaultDto], description: 'Ships that nothing can be predicted of' })
  readonly ships_left_out: readonly ShipFaultDto[];
}

export function proposalDtoOf(proposal: Proposal): ProposalDto {
  const { window, contacts, leftOut, faults, booked } = proposal;
  return {
    from: formatInstant(window.from),
    to: formatInstant(window.to),
    booked: booked !== null,
    contacts: contacts.map((contact, at) => contactDtoOf(contact, booked?.[at]?.id ?? null)),
    left_out: leftOut.slice(0, LEFT_OUT_MAX).map(leftOutDtoOf),
    left_out_count: leftOut.length,
    ships_left_out: faults.map(faultDtoOf),
  };
}

const contactDtoOf = (
  { prediction, priority, startTime, durationSeconds }: PlannedContact,
  id: string | null,
): PlannedContactDto => ({
  contact_id: id,
  ship_name: prediction.orbit.shipName,
  antenna: prediction.station.antenna,
  priority,
  start_time: formatInstant(startTime),
  duration: durationSeconds,
  pass: passDtoOf(prediction),
});

const leftOutDtoOf = ({ prediction, priority, reason, inTheWay }: LeftOut): LeftOutDto => ({
  reason,
  priority,
  in_the_way: inTheWay && inTheWayDtoOf(inTheWay),
  pass: passDtoOf(prediction),
});

const inTheWayDtoOf = ({ contactId, shipName, antenna, from, to }: TakenTime): InTheWayDto => ({
  contact_id: contactId,
  ship_name: shipName,
  antenna,
  starts_at: formatInstant(from),
  ends_at: formatInstant(to),
});

const faultDtoOf = ({ shipName, code, detail }: ShipFault): ShipFaultDto => ({
  ship_name: shipName,
  code,
  detail,
});
