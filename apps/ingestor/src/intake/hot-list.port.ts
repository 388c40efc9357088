import { encodeBatteryText } from '#common/contracts';
import type { Instant } from '#common/domain';
import type { PartHealth } from '#common/platform';

/** The last readings of each ship, for those who watch; the archive is complete, this is not. */
export abstract class HotList {
  /**
   * Appends without waiting; the oldest go when there are too many, or their texts are too long.
   * `text` is the datagram as received; null where it was not text, then
   * the equivalent one is made when it is needed.
   */
  abstract push(shipName: string, generatedAt: Instant, volts: number, text: string | null): void;
  /** The first `count` of `volts`, each as a reading without a text. */
  pushAll(shipName: string, generatedAt: Instant, volts: Float32Array, count: number): void {
    for (let nr = 0; nr < count; nr += 1) this.push(shipName, generatedAt, volts[nr]!, null);
  }
  /** The newest `count`, oldest first, as text. */
  abstract last(shipName: string, count: number): Promise<string[]>;
  abstract length(shipName: string): Promise<number>;
  /** Never `down`: nothing waits for a hot list. */
  abstract health(): PartHealth;
}

export const hotText = (generatedAt: Instant, volts: number, text: string | null): string =>
  text ?? encodeBatteryText({ generatedAt, volts });
