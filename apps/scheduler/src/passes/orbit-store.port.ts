import type { ShipElements } from './ship-elements.js';

/** The elements of the ships, one set for each. */
export abstract class OrbitStore {
  /** In the place of what was there. @throws {DomainError} ORBITS_FULL */
  abstract put(elements: ShipElements): Promise<void>;
  abstract find(shipName: string): Promise<ShipElements | null>;
  /** By name in the order of its code points, from behind `after`. */
  abstract page(limit: number, after: string | null): Promise<ShipElements[]>;
  /** Those of the names that there are, in the same order. */
  abstract named(shipNames: readonly string[]): Promise<ShipElements[]>;
  /** Whether there was one. */
  abstract remove(shipName: string): Promise<boolean>;
}
