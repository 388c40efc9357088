import { randomUUID } from 'node:crypto';
import {
  type ContactReport,
  encodeBatteryPacket,
  encodeBatteryText,
  type StreamFormat,
} from '#common/contracts';
import { MICROS_PER_MILLISECOND, type ShipStatement } from '#common/domain';
import { envelope } from '#common/messaging';
import { MemoryReceptionStore } from '../memory/memory-reception.store.js';
import type { MemoryTables } from '../memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../memory/memory-telemetry.archive.js';
import { batchReceptionOf, blocksOf, type GivenPacket } from '../../archive/testing/batches.js';
import { Reception } from '../../receptions/reception.js';
import { fullReportOf } from '../../receptions/reception-report.js';

export const RECORDED_AT_MS = Date.UTC(2030, 0, 1);
export const RECORDED_APID = 200;
export const INTERVAL_MS = 10;

export interface GivenContact {
  readonly format?: StreamFormat;
  readonly fence?: number;
  readonly contactId?: string;
  /** In the order in which they came. */
  readonly numbers: readonly number[];
  readonly statement: ShipStatement | null;
  readonly key?: Buffer;
  /** What else came. */
  readonly before?: (reception: Reception) => void;
}

/** A contact that was held and stored; gives its report. */
export async function storedContact(
  tables: MemoryTables,
  given: GivenContact,
): Promise<ContactReport> {
  const { contactId = randomUUID(), fence = 1, format = 'ccsds', statement } = given;
  const store = new MemoryReceptionStore(tables);
  const startedAt = RECORDED_AT_MS * MICROS_PER_MILLISECOND;
  const times = { plannedStart: startedAt, plannedEnd: startedAt + 60_000_000, startedAt };
  const opening = { contactId, fence, shipName: 'A', ...times, latenessMs: 0, stream: { format } };
  const shipId = await store.shipId('A');
  const reception = Reception.open(opening, shipId, null);
  const progress = reception.progress();
  await store.begin({ opening, shipId, address: null, openedAt: startedAt, progress });
  given.before?.(reception);
  const packets = given.numbers.map((number) => packetOf(number, format, given.key ?? null));
  for (const { sequence, packet } of packets)
    if (format === 'ccsds') reception.account.takeNumbered(sequence, packet!.length);
    else reception.account.takeUnnumbered(packet!.length);
  const blocks = blocksOf(reception, packets);
  const receptions = [batchReceptionOf(reception)];
  await new MemoryTelemetryArchive(tables).store({ receptions, blocks, latest: [] });
  const samplesStored = await store.samplesStored(contactId);
  const facts = { state: 'completed', endedAt: startedAt, statement, samplesStored } as const;
  const full = fullReportOf(reception, facts);
  const message = envelope('contact.completed', {});
  const end = { contactId, fence, endedAt: startedAt, progress: reception.progress() };
  await store.end({ ...end, ...full, message });
  return full.report;
}

/** Two samples each in `ccsds`, one in `json`. */
function packetOf(sequence: number, format: StreamFormat, key: Buffer | null): GivenPacket {
  const generatedAtMs = RECORDED_AT_MS + INTERVAL_MS * sequence;
  const generatedAt = generatedAtMs * MICROS_PER_MILLISECOND;
  if (format === 'json') {
    const packet = Buffer.from(encodeBatteryText({ generatedAt, volts: sequence }));
    return { sequence, generatedAt, packet, definition: 'battery-text' };
  }
  const record = { mode: 'idle' as const, amperes: 0, celsius: 20, charge: 50 };
  const records = [0, 1].map((battery) => ({ battery, volts: sequence, ...record }));
  const packet = encodeBatteryPacket(
    { apid: RECORDED_APID, sequence, generatedAtMs, records },
    key,
  );
  return { sequence, generatedAt, packet, samples: 2 };
}
