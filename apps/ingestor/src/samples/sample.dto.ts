import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** Foreign ships have the fields of their definition in place of mode, volts, amperes, celsius and charge. */
export class SampleDto {
  @ApiProperty({ format: 'uuid' })
  readonly contact_id: string;

  @ApiProperty({ example: '2030-01-01T12:00:00.000Z', description: "By the ship's clock" })
  readonly generated_at: string;

  @ApiProperty({ example: 17, description: 'Of the datagram; in format json that of its arrival' })
  readonly sequence: number;

  @ApiProperty({ example: 0, minimum: 0, maximum: 255 })
  readonly battery: number;

  @ApiPropertyOptional({
    example: 'yamcs-simulator',
    description: 'The definition of a packet that is not ours',
  })
  readonly packet?: string;

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

  @ApiPropertyOptional({
    example: '2030-01-01T12:00:00.004Z',
    description: 'By our clock; with include=received_at',
  })
  readonly received_at?: string;
}
