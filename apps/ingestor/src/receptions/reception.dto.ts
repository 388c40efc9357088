import { ApiProperty } from '@nestjs/swagger';
import { formatInstant } from '#common/domain';
import type { Reception } from './reception.js';
import type { Agreement } from './reception-store.port.js';

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

  @ApiProperty({ type: String, nullable: true, description: 'Of its stream, at the ship' })
  readonly event_key: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why the ship does not stream yet' })
  readonly last_fault: string | null;

  @ApiProperty({ description: 'As in the report', type: Object })
  readonly datagrams: object;

  static of(reception: Reception): ReceptionDto {
    const { opening, address, agreement, foreign, lastFault, account } = reception;
    const { kernelDropped, ...counts } = account.counts();
    return {
      contact_id: opening.contactId,
      ship_name: opening.shipName,
      format: opening.stream.format ?? 'json',
      port: address?.port ?? null,
      apid: address?.apid ?? null,
      planned_end: formatInstant(opening.plannedEnd),
      is_streaming: agreement !== null,
      event_key: foreign ? null : (agreement?.eventKey ?? null),
      last_fault: agreement === null ? lastFault : null,
      datagrams: { ...counts, kernel_dropped: kernelDropped },
    };
  }
}

/** The stream of a contact, as the ship calls it. */
export class ContactStreamDto {
  @ApiProperty({ format: 'uuid' })
  readonly contact_id: string;

  @ApiProperty({ format: 'uuid', description: 'For `/stream/{event_key}` of the ship' })
  readonly event_key: string;

  @ApiProperty({ description: 'The number of its first datagram' })
  readonly first_sequence: number;

  @ApiProperty({ example: '2030-01-01T12:00:00.000Z' })
  readonly stream_asked_at: string;

  static of(contactId: string, agreement: Agreement): ContactStreamDto {
    return {
      contact_id: contactId,
      event_key: agreement.eventKey,
      first_sequence: agreement.firstSequence,
      stream_asked_at: formatInstant(agreement.streamAskedAt),
    };
  }
}
