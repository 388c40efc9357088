import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsInstant } from '#common/contracts';
import { formatInstant, type Instant } from '#common/domain';
import { PageQueryDto } from '#common/platform';
import { apidOfShip } from '../receptions/address-pool.js';
import type { Sample, ShipSummary } from '../archive/telemetry-archive.port.js';

export class SamplesQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ example: '2030-01-01T12:00:00Z', description: 'The first instant' })
  @IsOptional()
  @IsInstant()
  readonly start?: string;

  @ApiPropertyOptional({
    example: '2030-01-01T13:00:00Z',
    description: 'The first one not asked for',
  })
  @IsOptional()
  @IsInstant()
  readonly end?: string;
}

export class ShipDto {
  @ApiProperty({ example: 'USS Enterprise' })
  readonly name: string;

  @ApiProperty({ type: Number, nullable: true, description: 'Its own APID in format ccsds' })
  readonly apid: number | null;

  @ApiProperty({ example: 5_800 })
  readonly samples: number;

  @ApiProperty({ type: String, nullable: true, example: '2030-01-01T12:00:00.000Z' })
  readonly first_sample_at: string | null;

  @ApiProperty({ type: String, nullable: true, example: '2030-01-01T12:01:00.000Z' })
  readonly last_sample_at: string | null;

  static of(ship: ShipSummary): ShipDto {
    return {
      name: ship.name,
      apid: apidOfShip(ship.id),
      samples: ship.samplesCount,
      first_sample_at: orNull(ship.firstSampleAt),
      last_sample_at: orNull(ship.lastSampleAt),
    };
  }
}

export class SampleDto {
  @ApiProperty({ format: 'uuid' })
  readonly contact_id: string;

  @ApiProperty({ example: '2030-01-01T12:00:00.000Z', description: "By the ship's clock" })
  readonly generated_at: string;

  @ApiProperty({ example: 17, description: 'Of the datagram; in format json that of its arrival' })
  readonly sequence: number;

  @ApiProperty({ example: 0, minimum: 0, maximum: 255 })
  readonly battery: number;

  @ApiProperty({ type: String, nullable: true, example: 'discharging' })
  readonly mode: string | null;

  @ApiProperty({ example: 28.5 })
  readonly volts: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: -1.5,
    description: 'Negative: discharging',
  })
  readonly amperes: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 21.25 })
  readonly celsius: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 87.5, description: 'State of charge in %' })
  readonly charge: number | null;

  @ApiProperty({ example: '2030-01-01T12:00:00.004Z', description: 'By our clock' })
  readonly received_at: string;

  static of(sample: Sample): SampleDto {
    const { contactId, generatedAt, receivedAt, sequence, battery, ...readings } = sample;
    return {
      contact_id: contactId,
      generated_at: formatInstant(generatedAt),
      sequence,
      battery,
      mode: readings.mode,
      volts: readings.volts,
      amperes: readings.amperes,
      celsius: readings.celsius,
      charge: readings.charge,
      received_at: formatInstant(receivedAt),
    };
  }
}

const orNull = (instant: Instant | null): string | null =>
  instant === null ? null : formatInstant(instant);
