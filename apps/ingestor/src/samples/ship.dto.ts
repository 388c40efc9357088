import { ApiProperty } from '@nestjs/swagger';
import { formatInstant, type Instant } from '#common/domain';
import { apidOfShip } from '../receptions/address-pool.js';
import type { ShipSummary } from '../archive/telemetry-archive.port.js';

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

const orNull = (instant: Instant | null): string | null =>
  instant === null ? null : formatInstant(instant);
