import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { AsList } from '#common/platform';
import { EVENT_KINDS, type EventKind } from './event-sink.js';

const SHIPS_MAX = 100;
const SHIP_NAME_CHARS_MAX = 128;

export class EventsQueryDto {
  @ApiPropertyOptional({
    description: 'As the header Last-Event-ID, for clients that cannot set it; the header wins',
  })
  @IsOptional()
  @IsString()
  readonly last_event_id?: string;

  @ApiPropertyOptional({
    type: [String],
    maxItems: SHIPS_MAX,
    description: 'Only these ships; repeat it for several',
  })
  @IsOptional()
  @AsList()
  @ArrayMaxSize(SHIPS_MAX)
  @IsString({ each: true })
  @MaxLength(SHIP_NAME_CHARS_MAX, { each: true })
  readonly ship?: readonly string[];

  @ApiPropertyOptional({
    enum: EVENT_KINDS,
    isArray: true,
    description: 'Only these kinds; repeat it for several',
  })
  @IsOptional()
  @AsList()
  @ArrayMaxSize(EVENT_KINDS.length)
  @IsIn(EVENT_KINDS, { each: true })
  readonly kind?: readonly EventKind[];
}
