import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsOptional, IsString, MaxLength } from 'class-validator';
import { CHANNEL_CHARS_MAX } from '#common/contracts';
import { AsList } from '#common/platform';

const CHANNELS_MAX = 100;

export class LiveQueryDto {
  @ApiPropertyOptional({
    description: 'As the header Last-Event-ID, for clients that cannot set it; the header wins',
  })
  @IsOptional()
  @IsString()
  readonly last_event_id?: string;

  @ApiPropertyOptional({
    type: [String],
    maxItems: CHANNELS_MAX,
    description: 'Only these rockets; repeat it for several',
  })
  @IsOptional()
  @AsList()
  @ArrayMaxSize(CHANNELS_MAX)
  @IsString({ each: true })
  @MaxLength(CHANNEL_CHARS_MAX, { each: true })
  readonly channel?: readonly string[];
}
