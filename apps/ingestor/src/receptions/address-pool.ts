import { Injectable } from '@nestjs/common';
import { APID_MAX, APID_MIN } from '#common/contracts';
import { Clock } from '#common/platform';
import { UdpServer } from '../udp/udp.server.js';
import type { ReceptionAddress } from './reception-store.port.js';

/** The APIDs above belong to no ship: for a second contact of a ship, and for ships beyond. */
export const SHIP_APID_MAX = 1_791;
const SPARE_APIDS = APID_MAX - SHIP_APID_MAX;

/** The APID of a ship; null for a ship that came after all were given. */
export const apidOfShip = (shipId: number): number | null =>
  shipId <= SHIP_APID_MAX ? shipId + APID_MIN - 1 : null;

/** First and last port, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export function portRange(text: string): PortRange {
  const [first = 0, last = 0] = text.split('-').map(Number);
  return { first, last };
}

/** Where receptions listen: a port of its own each, or the shared port and an APID. */
@Injectable()
export class AddressPool {
  readonly #ports = new Set<number>();
  readonly #apids = new Set<number>();
  /** Those that a ship may still be sending to. */
  readonly #resting = new Set<{ readonly address: ReceptionAddress; readonly untilMs: number }>();
  #next: number;
  #nextSpare: number;

  /**
   * @param offset where ports and spare APIDs begin, so that a restart does not begin with the same
   * @param foreign APIDs of foreign ships: no ship of ours is given one
   */
  constructor(
    private readonly udp: UdpServer,
    private readonly range: PortRange,
    private readonly clock: Clock,
    offset = 0,
    private readonly foreign: ReadonlySet<number> = new Set(),
  ) {
    this.#next = range.first + (offset % (range.last - range.first + 1));
    this.#nextSpare = SHIP_APID_MAX + 1 + (offset % SPARE_APIDS);
  }

  /** Those of the range that are not ours yet; other programs may have some. */
  get freePorts(): number {
    this.#wake();
    return this.range.last - this.range.first + 1 - this.#ports.size;
  }

  /** @throws when every port or APID is taken. */
  take(format: 'json' | 'ccsds', shipId: number): Promise<ReceptionAddress> {
    this.#wake();
    return format === 'json' ? this.#takePort() : Promise.resolve(this.#takeApid(shipId));
  }

  /** The same address again, after a restart. @throws when it is taken. */
  async retake({ port, apid }: ReceptionAddress): Promise<void> {
    if (apid === null) {
      if (this.#ports.has(port)) throw new Error(`Port ${port} is taken`);
      await this.udp.openPort(port);
      this.#ports.add(port);
      return;
    }
    if (port !== this.udp.sharedPort) throw new Error(`The shared port is not ${port} any more`);
    if (!this.#isFree(apid)) throw new Error(`APID ${apid} is taken`);
    this.#apids.add(apid);
  }

  /**
   * For an address that a stream may still go to: nobody gets it before the stream is surely over, or
   * datagrams of one contact would count for another.
   * @param untilMs by the monotonic clock
   */
  async retire(address: ReceptionAddress, untilMs: number): Promise<void> {
    this.#resting.add({ address, untilMs });
    if (address.apid !== null) return void this.#apids.add(address.apid);
    this.#ports.add(address.port);
    await this.udp.closePort(address.port);
  }

  async release({ port, apid }: ReceptionAddress): Promise<void> {
    if (apid !== null) return void this.#apids.delete(apid);
    await this.udp.closePort(port);
    this.#ports.delete(port);
  }

  /** In turns, so that a port rests before it is used again. Others may hold some: those are skipped. */
  async #takePort(): Promise<ReceptionAddress> {
    const { first, last } = this.range;
    for (let tries = last - first + 1; tries > 0; tries -= 1) {
      const port = this.#next;
      this.#next = port >= last ? first : port + 1;
      if (this.#ports.has(port)) continue;
      this.#ports.add(port);
      try {
        return { port: await this.udp.openPort(port), apid: null };
      } catch {
        this.#ports.delete(port);
      }
    }
    throw new Error(`No port from ${first} to ${last} is free`);
  }

  #takeApid(shipId: number): ReceptionAddress {
    const own = apidOfShip(shipId);
    const apid = own !== null && this.#isFree(own) ? own : this.#spareApid();
    if (apid === null) throw new Error('No APID is free');
    this.#apids.add(apid);
    return { port: this.udp.sharedPort!, apid };
  }

  /** In turns, too. */
  #spareApid(): number | null {
    for (let tries = SPARE_APIDS; tries > 0; tries -= 1) {
      const apid = this.#nextSpare;
      this.#nextSpare = apid >= APID_MAX ? SHIP_APID_MAX + 1 : apid + 1;
      if (this.#isFree(apid)) return apid;
    }
    return null;
  }

  #isFree(apid: number): boolean {
    return !this.#apids.has(apid) && !this.foreign.has(apid);
  }

  #wake(): void {
    const nowMs = this.clock.monotonicMs();
    for (const rest of this.#resting) {
      if (rest.untilMs > nowMs) continue;
      this.#resting.delete(rest);
      const { port, apid } = rest.address;
      if (apid === null) this.#ports.delete(port);
      else this.#apids.delete(apid);
    }
  }
}
