import { isIPv4 } from 'node:net';
import { Injectable } from '@nestjs/common';
import { formatInstant } from '#common/domain';
import { PacketReaders } from '../packets/packet-readers.js';
import { UdpServer } from '../udp/udp.server.js';
import { ForeignSpaceship } from './foreign.spaceship.js';
import type { Reception } from './reception.js';
import type { ReceptionAddress } from './reception-store.port.js';
import { Spaceship } from './spaceship.port.js';

/** Which ships are asked for their streams, and which are just listened to: those of a packet definition. */
@Injectable()
export class ForeignShips {
  constructor(
    private readonly readers: PacketReaders,
    private readonly asked: Spaceship,
    private readonly udp: UdpServer,
  ) {}

  has(shipName: string): boolean {
    return this.readers.foreignShip(shipName) !== undefined;
  }

  /** None where no definition names the ship (any more). */
  sourcesOf(shipName: string): ReadonlySet<string> {
    const from = this.readers.foreignShip(shipName)?.from ?? [];
    // A socket of IPv6 takes IPv4, too, and writes it so.
    return new Set(
      from.flatMap((address) => [address, ...(isIPv4(address) ? [`::ffff:${address}`] : [])]),
    );
  }

  /** The shared port and the APID of its definition; null where none names the ship (any more). */
  addressOf(shipName: string): ReceptionAddress | null {
    const ship = this.readers.foreignShip(shipName);
    return ship ? { port: this.udp.sharedPort!, apid: ship.apid } : null;
  }

  /** Who answers for a ship of which no contact has begun. */
  shipNamed(shipName: string): Spaceship {
    return this.has(shipName) ? new ForeignSpaceship(this.sourcesOf(shipName)) : this.asked;
  }

  /** Who answers for the ship. */
  shipOf({ foreign, shipName }: Reception): Spaceship {
    return foreign ? new ForeignSpaceship(this.sourcesOf(shipName)) : this.asked;
  }

  /** Why the booking cannot be kept, in words; null where it can. */
  refusalOf(
    { opening, contactId, shipName }: Reception,
    open: readonly Reception[],
  ): string | null {
    const { format, ...wishes } = opening.stream;
    if (format !== 'ccsds')
      return `${shipName} sends packets: book it with "stream": {"format": "ccsds"}`;
    const wished = Object.entries(wishes).find(([, value]) => value !== undefined);
    if (wished) return `Nobody asks ${shipName} how to send: book it without stream.${wished[0]}`;
    const other = open.find(
      (one) =>
        one.foreign !== null &&
        one.shipName === shipName &&
        one.contactId !== contactId &&
        one.endCause === null &&
        one.opening.plannedEnd > opening.plannedStart,
    );
    if (!other) return null;
    const until = formatInstant(other.opening.plannedEnd);
    return `Contact ${other.contactId} receives ${shipName} until ${until}, and a packet belongs to one contact`;
  }
}
