import { ApiProperty } from '@nestjs/swagger';
import { type FleetSummary, type RocketGroups, SUMMARY_GROUPS_MAX } from './fleet-summary.js';

export class RocketGroupDto {
  @ApiProperty({ example: 'Falcon-9', description: 'Empty: not known' })
  readonly name: string;

  @ApiProperty({ example: 7 })
  readonly count: number;
}

export class RocketGroupsDto {
  @ApiProperty({
    type: [RocketGroupDto],
    description: `The largest first, at most ${SUMMARY_GROUPS_MAX}`,
  })
  readonly groups: readonly RocketGroupDto[];

  @ApiProperty({ example: 0, description: 'Rockets in further groups' })
  readonly other: number;
}

export class FleetSummaryDto {
  @ApiProperty({ example: 20 })
  readonly rockets: number;

  @ApiProperty({ example: 18, description: 'Rockets of which nothing is missing' })
  readonly complete: number;

  @ApiProperty({ example: 2 })
  readonly incomplete: number;

  @ApiProperty({ example: 99_998 })
  readonly messages_taken: number;

  @ApiProperty({ example: 2, description: 'Sums over 2^53 are rounded' })
  readonly missing: number;

  @ApiProperty({ example: 120 })
  readonly duplicates: number;

  @ApiProperty({ example: 0 })
  readonly conflicts: number;

  @ApiProperty({ example: 3, description: 'Refused bodies that named a channel that is known' })
  readonly rejected: number;

  @ApiProperty({ type: RocketGroupsDto })
  readonly by_status: RocketGroupsDto;

  @ApiProperty({ type: RocketGroupsDto })
  readonly by_type: RocketGroupsDto;

  @ApiProperty({ type: RocketGroupsDto })
  readonly by_mission: RocketGroupsDto;
}

export const summaryDtoOf = (summary: FleetSummary): FleetSummaryDto => ({
  rockets: summary.rocketCount,
  complete: summary.completeCount,
  incomplete: summary.rocketCount - summary.completeCount,
  messages_taken: summary.messageCount,
  missing: summary.missingCount,
  duplicates: summary.duplicateCount,
  conflicts: summary.conflictCount,
  rejected: summary.rejectedCount,
  by_status: groupsDtoOf(summary.byStatus),
  by_type: groupsDtoOf(summary.byType),
  by_mission: groupsDtoOf(summary.byMission),
});

const groupsDtoOf = ({ groups, otherCount }: RocketGroups): RocketGroupsDto => ({
  groups,
  other: otherCount,
});
