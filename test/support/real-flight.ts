import { DataSource } from 'typeorm';
import { contactKey, type StreamFaultsDto, type StreamOptionsDto } from '#common/contracts';
import { parseInstant } from '#common/domain';
import { dataSourceOptions } from '#common/persistence';
import {
  BLOCK_COLUMNS,
  blockOf,
  type BlockRow,
} from '../../apps/ingestor/src/adapters/telemetry-row.js';
import { framesOf, type PacketFrame } from '../../apps/ingestor/src/archive/packet-frame.js';
import { faultProfileOf } from '../../apps/spaceship/src/faults/fault-profile.js';
import { SimulatedFlight } from '../../apps/spaceship/src/faults/simulated-flight.js';

export interface RealFlight {
  readonly format: 'ccsds' | 'json';
  readonly batteries: number;
  readonly seed: number;
  /** Numbers that are made; null: until the ship is told to stop. */
  readonly count: number | null;
  /** Seconds. */
  readonly interval: number;
  readonly epoch: string;
  readonly faults?: StreamFaultsDto;
}

/** As a contact asks for it. */
export const streamOf = ({ count, ...flight }: RealFlight): StreamOptionsDto => ({
  ...flight,
  ...(count !== null && { count }),
});

/** Undamaged packets up to a number as hexadecimal texts, by number: what may be in the archive. */
export function goodPackets(
  { format, batteries: batteryCount, seed, interval, epoch, faults }: RealFlight,
  count: number,
  apid: number,
  signedBy: { readonly secret: string; readonly contactId: string } | null = null,
): Map<number, string> {
  const flight = new SimulatedFlight(
    {
      format,
      batteryCount,
      seed,
      count,
      apid,
      epoch: parseInstant(epoch)!,
      faults: faults === undefined ? null : faultProfileOf(faults),
    },
    interval * 1_000,
    signedBy && contactKey(signedBy.secret, signedBy.contactId),
  );
  const good = [...flight.datagrams()].filter(({ isCorrupted }) => !isCorrupted);
  return new Map(
    good.flatMap(({ number, bytes }) => (number === null ? [] : [[number, bytes.toString('hex')]])),
  );
}

/** What the database has of contacts, asked beside the ingestor. */
export class ArchiveLook {
  private constructor(readonly source: DataSource) {}

  static async open(databaseUrl: string): Promise<ArchiveLook> {
    const source = new DataSource(dataSourceOptions(databaseUrl, 'ingestor'));
    return new ArchiveLook(await source.initialize());
  }

  async packets(contactId: string): Promise<PacketFrame[]> {
    const rows = await this.source.query<BlockRow[]>(
      `SELECT ${BLOCK_COLUMNS} FROM blocks WHERE contact_id = $1`,
      [contactId],
    );
    return rows.flatMap((row) => framesOf(blockOf(row).body));
  }

  /** By number, as hexadecimal texts. */
  async texts(contactId: string): Promise<Map<number, string>> {
    const packets = await this.packets(contactId);
    const texts = new Map(packets.map((one) => [one.sequence, one.packet.toString('hex')]));
    if (texts.size !== packets.length) throw new Error('A packet is stored twice');
    return texts;
  }

  /** Under which the ship knows the stream; null before it has agreed. */
  async eventKey(contactId: string): Promise<string | null> {
    const rows = await this.source.query<{ event_key: string | null }[]>(
      'SELECT event_key FROM receptions WHERE contact_id = $1',
      [contactId],
    );
    return rows[0]?.event_key ?? null;
  }

  close(): Promise<void> {
    return this.source.destroy();
  }
}
