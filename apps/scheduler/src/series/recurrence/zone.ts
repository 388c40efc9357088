import { type Instant, MICROS_PER_SECOND } from '#common/domain';
import { type LocalTime, SECONDS_PER_DAY } from './local-time.js';

const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;
const KNOWN_DAYS_MAX = 4_096;

/** A time zone of the IANA database, as this Node knows it. */
export class Zone {
  readonly #clock: Intl.DateTimeFormat;
  /** Seconds east of UTC at the beginning of a day of UTC. */
  readonly #offsets = new Map<number, number>();

  private constructor(readonly name: string) {
    this.#clock = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Null for a name that is not known. */
  static of(name: string): Zone | null {
    if (!ZONE_NAME.test(name)) return null;
    try {
      return new Zone(name);
    } catch (fault) {
      if (fault instanceof RangeError) return null;
      throw fault;
    }
  }

  /**
   * When the clocks of the zone show it: for the first time, where they are put back and show it
   * twice; null where they are put forward over it (RFC 5545, 3.3.5 and 3.3.10).
   */
  instantOf(local: LocalTime): Instant | null {
    const day = Math.floor(local / SECONDS_PER_DAY);
    // Wherever the zone lies, the instant is between the beginnings of these days.
    const [before, after] = [this.#offsetOfDay(day - 1), this.#offsetOfDay(day + 2)];
    if (before === after) return (local - before) * MICROS_PER_SECOND;
    const seconds = [before, after]
      .map((offset) => local - offset)
      .filter((at) => at + this.#offsetAt(at) === local);
    return seconds.length === 0 ? null : Math.min(...seconds) * MICROS_PER_SECOND;
  }

  /** What the clocks of the zone show then, to the second. */
  localOf(instant: Instant): LocalTime {
    const at = Math.floor(instant / MICROS_PER_SECOND);
    return at + this.#offsetAt(at);
  }

  #offsetOfDay(day: number): number {
    const known = this.#offsets.get(day);
    if (known !== undefined) return known;
    if (this.#offsets.size >= KNOWN_DAYS_MAX) this.#offsets.clear();
    const offset = this.#offsetAt(day * SECONDS_PER_DAY);
    this.#offsets.set(day, offset);
    return offset;
  }

  #offsetAt(seconds: number): number {
    const shown = this.#clock
      .format(seconds * 1_000)
      .match(/\d+/g)!
      .map(Number);
    const [month, day, year, hour, minute, second] = shown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1_000 - seconds;
  }
}
