import type { BatteryMode, Instant } from '#common/domain';
import type { SampleBatch } from './sample-batch.js';

export interface ShipSummary {
  readonly id: number;
  readonly name: string;
  readonly samplesCount: number;
  readonly firstSampleAt: Instant | null;
  readonly lastSampleAt: Instant | null;
}

export interface Sample {
  readonly contactId: string;
  readonly generatedAt: Instant;
  readonly sequence: number;
  readonly battery: number;
  /** Null where the datagram carries a voltage alone. */
  readonly mode: BatteryMode | null;
  readonly volts: number;
  readonly amperes: number | null;
  readonly celsius: number | null;
  readonly charge: number | null;
  readonly receivedAt: Instant;
}

/** The place of a sample in the order of a ship's samples. */
export type SamplePosition = Pick<Sample, 'generatedAt' | 'contactId' | 'sequence' | 'battery'>;

export interface SampleQuery {
  readonly start: Instant | null;
  /** The first instant that is not asked for. */
  readonly end: Instant | null;
  readonly after: SamplePosition | null;
  readonly limit: number;
}

/** Every good sample, for ever or as long as the retention says. */
export abstract class TelemetryArchive {
  /**
   * Stores the samples, the accounts and the ships' counts at once or not at all. The same batch
   * stored twice counts once. What belongs to a reception that has ended, was superseded or is another
   * process's is left out.
   */
  abstract store(batch: SampleBatch): Promise<void>;
  /** By name, those after `afterName`. */
  abstract ships(afterName: string | null, limit: number): Promise<ShipSummary[]>;
  /** Null for a ship that never had a contact. */
  abstract ship(name: string): Promise<ShipSummary | null>;
  /** By time, then contact, number and battery. */
  abstract samples(shipId: number, query: SampleQuery): Promise<Sample[]>;
  /** The newest sample of each battery, by battery. */
  abstract latest(shipId: number): Promise<Sample[]>;
}
