import type { Instant } from '#common/domain';
import { FRAME_HEADER_BYTES } from '../packet-frame.js';
import type { Level } from '../telemetry-archive.port.js';
import type { LevelSource } from './level-source.js';

/** What one field of one battery said, in whatever stretch it was asked about. */
export interface FieldLevel extends Omit<Level, 'start'> {
  readonly battery: number;
  readonly field: string;
}

type Tally = { -readonly [K in keyof FieldLevel]: FieldLevel[K] };

/**
 * Count, minimum and maximum of each field of each battery. Packets may come in any order: of equal
 * values the earliest counts. What is no finite number, a text for one, has no level.
 */
export class LevelAccumulator {
  readonly #tallies = new Map<string, Tally>();
  /** Per battery and place of the field; so that a value costs no look-up by name. */
  readonly #columns = new Map<LevelSource, (Tally | undefined)[][]>();

  /** Takes the frames of a body. @returns how many samples each of its packets holds. */
  add(source: LevelSource, body: Buffer, packets: number): Uint16Array {
    const counts = new Uint16Array(packets);
    for (let offset = 0, at = 0; offset < body.length; at += 1) {
      const from = offset + FRAME_HEADER_BYTES;
      const to = from + body.readUInt16BE(offset);
      const samples = source.samplesOf(body.subarray(from, to));
      const generatedAt = body.readDoubleBE(offset + 6);
      for (const { battery, values } of samples) this.#take(source, battery, values, generatedAt);
      counts[at] = samples.length;
      offset = to;
    }
    return counts;
  }

  /** By battery, then field. */
  levels(): FieldLevel[] {
    return [...this.#tallies.values()].toSorted(
      (a, b) => a.battery - b.battery || (a.field < b.field ? -1 : 1),
    );
  }

  #take(source: LevelSource, battery: number, values: readonly unknown[], at: Instant): void {
    const columns = this.#columnsOf(source, battery);
    for (let place = 0; place < values.length; place += 1) {
      const value = values[place];
      if (typeof value !== 'number' || !Number.isFinite(value)) continue;
      const tally = (columns[place] ??= this.#tallyOf(battery, source.fields[place]!.name));
      tally.count += 1;
      if (value < tally.min || (value === tally.min && at < tally.minAt)) {
        tally.min = value;
        tally.minAt = at;
      }
      if (value > tally.max || (value === tally.max && at < tally.maxAt)) {
        tally.max = value;
        tally.maxAt = at;
      }
    }
  }

  #columnsOf(source: LevelSource, battery: number): (Tally | undefined)[] {
    let batteries = this.#columns.get(source);
    if (!batteries) this.#columns.set(source, (batteries = []));
    return (batteries[battery] ??= []);
  }

  #tallyOf(battery: number, field: string): Tally {
    const key = `${battery}/${field}`;
    let tally = this.#tallies.get(key);
    if (!tally) {
      const none = { count: 0, min: Infinity, minAt: Infinity, max: -Infinity, maxAt: Infinity };
      this.#tallies.set(key, (tally = { battery, field, ...none }));
    }
    return tally;
  }
}
