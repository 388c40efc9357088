import { BATTERY_MODES, type BatteryReading, type Instant } from '#common/domain';
import type { Reception } from '../receptions/reception.js';
import type { ReceptionProgress } from '../receptions/reception-store.port.js';

/** One write to the archive: large enough to pay for the round trip, small enough for 5 s. */
export const BATCH_ROWS_MAX = 4_096;

/** `mode` of a sample whose datagram says none. */
export const NO_MODE = -1;

/** A row to be. Readings of a datagram without them are NaN. */
export interface SampleRow {
  readonly generatedAt: Instant;
  readonly sequence: number;
  readonly battery: number;
  readonly receivedAtMs: number;
}

/** Whose rows a batch holds, and what its account said when the batch was sealed. */
export interface BatchReception {
  readonly contactId: string;
  readonly fence: number;
  readonly shipId: number;
  readonly progress: ReceptionProgress;
}

/**
 * Samples on their way to the archive, as columns: a hundred thousand rows a second as objects would
 * be work for the collector alone. A sealed batch holds the accounts that count exactly its samples
 * and those of all batches before it.
 */
export class SampleBatch {
  readonly slot = new Uint16Array(BATCH_ROWS_MAX);
  readonly generatedAt = new Float64Array(BATCH_ROWS_MAX);
  readonly sequence = new Float64Array(BATCH_ROWS_MAX);
  readonly battery = new Uint8Array(BATCH_ROWS_MAX);
  readonly mode = new Int8Array(BATCH_ROWS_MAX);
  readonly volts = new Float64Array(BATCH_ROWS_MAX);
  readonly amperes = new Float32Array(BATCH_ROWS_MAX);
  readonly celsius = new Float32Array(BATCH_ROWS_MAX);
  readonly charge = new Float32Array(BATCH_ROWS_MAX);
  readonly receivedAtMs = new Float64Array(BATCH_ROWS_MAX);
  readonly #slots = new Map<Reception, number>();
  #length = 0;
  #receptions: BatchReception[] = [];

  get length(): number {
    return this.#length;
  }

  get isEmpty(): boolean {
    return this.#slots.size === 0;
  }

  hasRoom(rows: number): boolean {
    return this.#length + rows <= BATCH_ROWS_MAX;
  }

  /** The accounts, in order of slots; there once the batch is sealed. */
  get receptions(): readonly BatchReception[] {
    return this.#receptions;
  }

  /** Its account changed: it goes along with this batch, with or without samples. */
  touch(reception: Reception): number {
    const known = this.#slots.get(reception);
    if (known !== undefined) return known;
    const slot = this.#slots.size;
    this.#slots.set(reception, slot);
    return slot;
  }

  /** A reading with a voltage alone has no mode. The caller sees to it that there is room. */
  add(
    reception: Reception,
    row: SampleRow,
    reading: BatteryReading | { readonly volts: number },
  ): void {
    const at = this.#length;
    this.#length += 1;
    this.slot[at] = this.touch(reception);
    this.generatedAt[at] = row.generatedAt;
    this.sequence[at] = row.sequence;
    this.battery[at] = row.battery;
    this.receivedAtMs[at] = row.receivedAtMs;
    this.volts[at] = reading.volts;
    if ('mode' in reading) {
      this.mode[at] = BATTERY_MODES.indexOf(reading.mode);
      this.amperes[at] = reading.amperes;
      this.celsius[at] = reading.celsius;
      this.charge[at] = reading.charge;
    } else {
      this.mode[at] = NO_MODE;
      this.amperes[at] = Number.NaN;
      this.celsius[at] = Number.NaN;
      this.charge[at] = Number.NaN;
    }
  }

  seal(): this {
    this.#receptions = [...this.#slots.keys()].map((reception) => ({
      contactId: reception.contactId,
      fence: reception.opening.fence,
      shipId: reception.shipId,
      progress: reception.progress(),
    }));
    return this;
  }
}
