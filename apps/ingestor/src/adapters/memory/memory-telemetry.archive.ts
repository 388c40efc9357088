import { Injectable } from '@nestjs/common';
import { BATTERY_MODES } from '#common/domain';
import type { BatchReception, SampleBatch } from '../../archive/sample-batch.js';
import {
  type Sample,
  type SamplePosition,
  type SampleQuery,
  type ShipSummary,
  TelemetryArchive,
} from '../../archive/telemetry-archive.port.js';
import { MemoryTables } from './memory-tables.js';

@Injectable()
export class MemoryTelemetryArchive extends TelemetryArchive {
  constructor(
    private readonly tables: MemoryTables,
    private readonly process = 'this process',
  ) {
    super();
  }

  async store(batch: SampleBatch): Promise<void> {
    for (let row = 0; row < batch.length; row += 1) {
      const reception = batch.receptions[batch.slot[row]!]!;
      if (this.#isOurs(reception)) this.#add(reception.shipId, sampleAt(batch, row));
    }
    for (const reception of batch.receptions) {
      const known = this.tables.receptions.get(reception.contactId);
      if (known && this.#isOurs(reception)) known.progress = reception.progress;
    }
  }

  async ships(afterName: string | null, limit: number): Promise<ShipSummary[]> {
    return [...this.tables.ships.values()]
      .filter(({ name }) => name > (afterName ?? ''))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, limit);
  }

  async ship(name: string): Promise<ShipSummary | null> {
    return this.tables.ships.get(name) ?? null;
  }

  async samples(ofShip: number, { start, end, after, limit }: SampleQuery): Promise<Sample[]> {
    return [...this.tables.samples.values()]
      .filter(({ shipId }) => shipId === ofShip)
      .filter(({ generatedAt }) => generatedAt >= (start ?? -Infinity))
      .filter(({ generatedAt }) => generatedAt < (end ?? Infinity))
      .filter((sample) => after === null || compare(sample, after) > 0)
      .toSorted(compare)
      .slice(0, limit)
      .map(({ shipId: _shipId, ...sample }) => sample);
  }

  async latest(shipId: number): Promise<Sample[]> {
    return [...this.tables.latest]
      .filter(([key]) => key.startsWith(`${shipId}/`))
      .map(([, sample]) => sample)
      .toSorted((a, b) => a.battery - b.battery);
  }

  #isOurs({ contactId, fence }: BatchReception): boolean {
    const known = this.tables.receptions.get(contactId);
    if (!known) return true;
    return known.opening.fence === fence && !known.isEnded && known.holder === this.process;
  }

  #add(shipId: number, sample: Sample): void {
    const { contactId, generatedAt, sequence, battery } = sample;
    const key = [contactId, generatedAt, sequence, battery].join('/');
    if (this.tables.samples.has(key)) return;
    this.tables.samples.set(key, { ...sample, shipId });

    const place = `${shipId}/${battery}`;
    const newest = this.tables.latest.get(place);
    if (!newest || newest.generatedAt <= generatedAt) this.tables.latest.set(place, sample);
    const reception = this.tables.receptions.get(contactId);
    if (reception && !reception.isEnded) reception.samplesStored += 1;
    const ship = [...this.tables.ships.values()].find(({ id }) => id === shipId);
    if (!ship) return;
    ship.samplesCount += 1;
    ship.firstSampleAt = Math.min(ship.firstSampleAt ?? Infinity, generatedAt);
    ship.lastSampleAt = Math.max(ship.lastSampleAt ?? -Infinity, generatedAt);
  }
}

function compare(a: SamplePosition, b: SamplePosition): number {
  if (a.generatedAt !== b.generatedAt) return a.generatedAt - b.generatedAt;
  if (a.contactId !== b.contactId) return a.contactId < b.contactId ? -1 : 1;
  return a.sequence - b.sequence || a.battery - b.battery;
}

function sampleAt(batch: SampleBatch, row: number): Sample {
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return {
    contactId: batch.receptions[batch.slot[row]!]!.contactId,
    generatedAt: batch.generatedAt[row]!,
    sequence: batch.sequence[row]!,
    battery: batch.battery[row]!,
    mode: BATTERY_MODES[batch.mode[row]!] ?? null,
    volts: batch.volts[row]!,
    amperes: orNull(batch.amperes[row]!),
    celsius: orNull(batch.celsius[row]!),
    charge: orNull(batch.charge[row]!),
    receivedAt: batch.receivedAtMs[row]! * 1_000,
  };
}
