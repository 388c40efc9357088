import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsBoolean, IsIn, IsOptional, IsString } from 'class-validator';
import { MayBeMissing } from '#common/contracts';
import type { RocketStatus } from '#common/domain';
import { AsList, FromTrueOrFalse, PageQueryDto } from '#common/platform';
import { ROCKET_STATUSES } from '../rocket.dto.js';
import type { RocketFilter } from './rocket-list.js';
import { ROCKET_SORTS, type RocketSort, SORT_ORDERS, type SortOrder } from './rocket-order.js';

/** Values of one filter. */
const FILTER_VALUES_MAX = 20;
const ONE_OF_SEVERAL = 'Exactly this; given several times, one of them';

export class RocketListQueryDto extends PageQueryDto {
  @ApiPropertyOptional({
    enum: ROCKET_SORTS,
    default: 'channel',
    description:
      'missing: by its total; latest_update: by the instant; texts by UTF-16 units, the first 100; ' +
      'the same values by channel',
  })
  @IsOptional()
  @IsIn(ROCKET_SORTS)
  readonly sort: RocketSort = 'channel';

  @ApiPropertyOptional({ enum: SORT_ORDERS })
  @IsOptional()
  @IsIn(SORT_ORDERS)
  readonly order: SortOrder = 'asc';

  @ApiPropertyOptional({ type: [String], description: ONE_OF_SEVERAL })
  @MayBeMissing()
  @AsList()
  @ArrayMaxSize(FILTER_VALUES_MAX)
  @IsString({ each: true })
  readonly channel?: readonly string[];

  @ApiPropertyOptional({ enum: ROCKET_STATUSES, isArray: true })
  @MayBeMissing()
  @AsList()
  @ArrayMaxSize(FILTER_VALUES_MAX)
  @IsIn(ROCKET_STATUSES, { each: true })
  readonly status?: readonly RocketStatus[];

  @ApiPropertyOptional({ type: [String], description: ONE_OF_SEVERAL })
  @MayBeMissing()
  @AsList()
  @ArrayMaxSize(FILTER_VALUES_MAX)
  @IsString({ each: true })
  readonly type?: readonly string[];

  @ApiPropertyOptional({ type: [String], description: ONE_OF_SEVERAL })
  @MayBeMissing()
  @AsList()
  @ArrayMaxSize(FILTER_VALUES_MAX)
  @IsString({ each: true })
  readonly mission?: readonly string[];

  @ApiPropertyOptional({ type: Boolean, description: 'Whether nothing is missing' })
  @MayBeMissing()
  @FromTrueOrFalse()
  @IsBoolean()
  readonly complete?: boolean;
}

export const filterOf = ({
  channel,
  status,
  type,
  mission,
  complete,
}: RocketListQueryDto): RocketFilter => ({ channel, status, type, mission, complete });
