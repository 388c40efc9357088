import { Injectable } from '@nestjs/common';
import { DomainError } from '#common/domain';
import { type Page, pageOf } from '#common/platform';
import { isKnownName } from './names.js';
import type { Station } from './station.js';
import { StationStore } from './station-store.port.js';

/** The places that ships are received at. */
@Injectable()
export class StationsService {
  constructor(private readonly store: StationStore) {}

  /** @throws {DomainError} STATIONS_FULL */
  async put(station: Station): Promise<Station> {
    await this.store.put(station);
    return station;
  }

  /** @throws {DomainError} STATION_NOT_FOUND */
  async get(name: string): Promise<Station> {
    const found = isKnownName(name) ? await this.store.find(name) : null;
    if (found === null) throw unknown(name);
    return found;
  }

  async page(limit: number, after: string | null): Promise<Page<Station>> {
    return pageOf(await this.store.page(limit + 1, after), limit, ({ name }) => [name]);
  }

  /** @throws {DomainError} STATION_NOT_FOUND for the first that is not there */
  async named(names: readonly string[]): Promise<Station[]> {
    const found = await this.store.named(names.filter(isKnownName));
    const missing = names.find((name) => !found.some((station) => station.name === name));
    if (missing !== undefined) throw unknown(missing);
    return found;
  }

  /** @throws {DomainError} STATION_NOT_FOUND */
  async remove(name: string): Promise<void> {
    const isGone = isKnownName(name) && (await this.store.remove(name));
    if (!isGone) throw unknown(name);
  }
}

const unknown = (name: string): DomainError =>
  new DomainError('STATION_NOT_FOUND', `No station is called ${name}`);
