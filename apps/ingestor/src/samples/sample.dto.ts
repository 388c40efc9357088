import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { formatInstant } from '#common/domain';
import type { PacketField, PacketReader } from '../packets/packet-reader.js';
import { BATTERY_TEXT } from '../packets/battery-text.reader.js';
import { BATTERY } from '../packets/packet-readers.js';
import type { Sample } from './sample.js';

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

  @ApiProperty({ example: '2030-01-01T12:00:00.004Z', description: 'By our clock' })
  readonly received_at: string;
}

export type SampleWire = Record<string, string | number | null>;

/** Writes samples as they go over the wire, with all fields of their packets or just some. */
export class SampleWriter {
  readonly #shapes = new Map<PacketReader, SampleShape>();
  readonly #names: ReadonlySet<string>;

  constructor(fields: readonly PacketField[]) {
    this.#names = new Set(fields.map(({ name }) => name));
  }

  wireOf({ packet, reader, battery, values }: Sample): SampleWire {
    const { places, definition } = this.#shapeOf(reader);
    const wire: SampleWire = {
      contact_id: packet.origin.contactId,
      generated_at: formatInstant(packet.generatedAt),
      sequence: packet.sequence,
      battery,
    };
    if (definition !== null) wire['packet'] = definition;
    for (const { name, at } of places) wire[name] = values[at] ?? null;
    wire['received_at'] = formatInstant(packet.receivedAt);
    return wire;
  }

  #shapeOf(reader: PacketReader): SampleShape {
    const known = this.#shapes.get(reader);
    if (known) return known;
    const places = reader.fields.flatMap(({ name }, at) =>
      this.#names.has(name) ? [{ name, at }] : [],
    );
    const isOurs = reader.name === BATTERY || reader.name === BATTERY_TEXT;
    const shape = { places, definition: isOurs ? null : reader.name };
    this.#shapes.set(reader, shape);
    return shape;
  }
}

interface SampleShape {
  readonly places: readonly { readonly name: string; readonly at: number }[];
  /** Null for our own, which need no name. */
  readonly definition: string | null;
}
