import type { Station } from './station.js';

export abstract class StationStore {
  /** In the place of what was there. @throws {DomainError} STATIONS_FULL */
  abstract put(station: Station): Promise<void>;
  abstract find(name: string): Promise<Station | null>;
  /** By name in the order of its code points, from behind `after`. */
  abstract page(limit: number, after: string | null): Promise<Station[]>;
  /** Those of the names that there are, in the same order. */
  abstract named(names: readonly string[]): Promise<Station[]>;
  /** Whether there was one. */
  abstract remove(name: string): Promise<boolean>;
}
