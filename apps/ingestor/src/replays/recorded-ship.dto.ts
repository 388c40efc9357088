import { ApiProperty } from '@nestjs/swagger';
import {
  STREAM_PHASES,
  type StreamPhase,
  type StreamStarted,
  type StreamStopped,
} from '#common/contracts';

export class RecordedStreamStartedDto implements StreamStarted {
  @ApiProperty({ example: 'Communication started' })
  readonly message: string;

  @ApiProperty({ format: 'uuid', description: 'Also the id of the replay' })
  readonly event_key: string;

  @ApiProperty({ example: 1, description: 'As the ship said during the contact' })
  readonly first_sequence: number;
}

export class RecordedStreamStoppedDto implements StreamStopped {
  @ApiProperty({ example: 'Communication stopped' })
  readonly message: string;

  @ApiProperty({
    example: 3_000,
    description: 'What the ship said was the last, when all was sent; else the highest sent',
  })
  readonly last_sequence: number;

  @ApiProperty({ example: 3_000, description: 'As the ship said, when all was sent' })
  readonly sent: number;
}

export class RecordedStreamStateDto {
  @ApiProperty({ format: 'uuid' })
  readonly event_key: string;

  @ApiProperty({ enum: STREAM_PHASES })
  readonly phase: StreamPhase;

  @ApiProperty({ example: 1 })
  readonly first_sequence: number;

  @ApiProperty({ example: 3_000 })
  readonly last_sequence: number;

  @ApiProperty({ example: 3_000 })
  readonly sent: number;
}

export class ActiveReplaysDto {
  @ApiProperty({ example: 1 })
  readonly number_of_active_streams: number;
}
