import { Injectable } from '@nestjs/common';
import { DomainError } from '#common/domain';
import { type Page, pageOf } from '#common/platform';
import { OrbitStore } from './orbit-store.port.js';
import { checkPropagates } from './orbit-check.js';
import { readElements, type ShipElements } from './ship-elements.js';
import type { ElementSet } from './mean-elements.js';
import { isKnownName } from './names.js';

/** The elements that ships go by. A ship may have them before its first contact. */
@Injectable()
export class OrbitsService {
  constructor(private readonly store: OrbitStore) {}

  /** @throws {ValidationException} for elements that cannot be; {DomainError} ORBITS_FULL */
  async put(shipName: string, set: ElementSet): Promise<ShipElements> {
    const elements = readElements(set);
    checkPropagates(elements, 'tle' in set ? 'tle' : 'omm');
    const ship = { shipName, set, epoch: elements.epoch };
    await this.store.put(ship);
    return ship;
  }

  /** @throws {DomainError} ORBIT_NOT_FOUND */
  async get(shipName: string): Promise<ShipElements> {
    const found = isKnownName(shipName) ? await this.store.find(shipName) : null;
    if (found === null) throw unknown(shipName);
    return found;
  }

  async page(limit: number, after: string | null): Promise<Page<ShipElements>> {
    return pageOf(await this.store.page(limit + 1, after), limit, ({ shipName }) => [shipName]);
  }

  /** @throws {DomainError} ORBIT_NOT_FOUND for the first that is not there */
  async named(shipNames: readonly string[]): Promise<ShipElements[]> {
    const found = await this.store.named(shipNames.filter(isKnownName));
    const missing = shipNames.find((name) => !found.some(({ shipName }) => shipName === name));
    if (missing !== undefined) throw unknown(missing);
    return found;
  }

  /** @throws {DomainError} ORBIT_NOT_FOUND */
  async remove(shipName: string): Promise<void> {
    const isGone = isKnownName(shipName) && (await this.store.remove(shipName));
    if (!isGone) throw unknown(shipName);
  }
}

const unknown = (shipName: string): DomainError =>
  new DomainError('ORBIT_NOT_FOUND', `There are no orbital elements of ${shipName}`);
