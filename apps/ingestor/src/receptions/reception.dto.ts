import { ApiProperty } from '@nestjs/swagger';
import { formatInstant } from '#common/domain';
import type { Reception } from './reception.js';

/** An open reception with its counters so far. */
export class ReceptionDto {
  @ApiProperty({ format: 'uuid' })
  readonly contact_id: string;

  @ApiProperty({ example: 'USS Enterprise' })
  readonly ship_name: string;

  @ApiProperty({ enum: ['json', 'ccsds'] })
  readonly format: string;

  @ApiProperty({ type: Number, nullable: true, description: 'The UDP port; null while it ends' })
  readonly port: number | null;

  @ApiProperty({ type: Number, nullable: true })
  readonly apid: number | null;

  @ApiProperty({ example: '2030-01-01T12:01:00.000Z' })
  readonly planned_end: string;

  @ApiProperty({ description: 'The ship agreed to stream' })
  readonly is_streaming: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'Why the ship does not stream yet' })
  readonly last_fault: string | null;

  @ApiProperty({ description: 'As in the report', type: Object })
  readonly datagrams: object;

  static of(reception: Reception): ReceptionDto {
    const { opening, address, agreement, lastFault, account } = reception;
    const { kernelDropped, ...counts } = account.counts();
    return {
      contact_id: opening.contactId,
      ship_name: opening.shipName,
      format: opening.stream.format ?? 'json',
      port: address?.port ?? null,
      apid: address?.apid ?? null,
      planned_end: formatInstant(opening.plannedEnd),
      is_streaming: agreement !== null,
      last_fault: agreement === null ? lastFault : null,
      datagrams: { ...counts, kernel_dropped: kernelDropped },
    };
  }
}
