import { Injectable } from '@nestjs/common';
import { AddressPool } from './address-pool.js';
import { ForeignShips } from './foreign-ships.js';
import {
  type ReceptionAddress,
  type ReceptionOrder,
  ReceptionStore,
} from './reception-store.port.js';

/** What a reception needs before it can begin. Until then nobody outside sees any of it. */
export interface ReceptionPlace {
  readonly shipId: number;
  /** Where it listens, or null: it cannot, and `reason` says why. */
  readonly address: ReceptionAddress | null;
  readonly reason: string | null;
  /** From where its datagrams come; null while nobody has looked. */
  readonly sources: ReadonlySet<string> | null;
}

/** Finds a place for a reception, and takes it back. */
@Injectable()
export class ReceptionPlaces {
  constructor(
    private readonly store: ReceptionStore,
    private readonly addresses: AddressPool,
    private readonly foreign: ForeignShips,
  ) {}

  /** @throws when the database is away; then nothing is taken. */
  async find({ stream, shipName }: ReceptionOrder): Promise<ReceptionPlace> {
    const shipId = await this.store.shipId(shipName);
    try {
      const address =
        this.foreign.addressOf(shipName) ??
        (await this.addresses.take(stream.format ?? 'json', shipId));
      return { shipId, address, reason: null, sources: null };
    } catch (fault) {
      return { shipId, address: null, reason: (fault as Error).message, sources: null };
    }
  }

  /** Without an address, for a reason of the caller's. @throws as `find`. */
  async none({ shipName }: ReceptionOrder, reason: string): Promise<ReceptionPlace> {
    return { shipId: await this.store.shipId(shipName), address: null, reason, sources: null };
  }

  async giveBack({ address }: ReceptionPlace): Promise<void> {
    if (address) await this.addresses.release(address);
  }
}
