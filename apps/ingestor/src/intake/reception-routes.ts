import { Injectable } from '@nestjs/common';
import { APID_MAX } from '#common/contracts';
import type { Reception } from '../receptions/reception.js';

/** Which open reception a datagram belongs to. */
@Injectable()
export class ReceptionRoutes {
  readonly #byPort = new Map<number, Reception>();
  /** By APID: each packet asks. */
  readonly #byApid = noReceptions();
  /** Apart from ours: who reads packets of ours must never meet them. */
  readonly #byForeignApid = noReceptions();
  /** Null where several receptions came from one port of the ship. */
  readonly #bySender = new Map<number, Reception | null>();
  readonly #senders = new Map<Reception, Set<number>>();
  /** What was learnt last: nearly every packet says the same again. */
  #learntPort = 0;
  #learntOf: Reception | null = null;

  add(reception: Reception): void {
    const { address } = reception;
    if (!address) return;
    if (address.apid === null) this.#byPort.set(address.port, reception);
    else this.#apidsOf(reception)[address.apid] = reception;
  }

  has(reception: Reception): boolean {
    const { address } = reception;
    if (!address) return false;
    return address.apid === null
      ? this.#byPort.has(address.port)
      : this.#apidsOf(reception)[address.apid] === reception;
  }

  remove(reception: Reception): void {
    const { address } = reception;
    if (!address) return;
    if (address.apid === null) this.#byPort.delete(address.port);
    // The next contact of a foreign ship has the same APID, and may have begun already.
    else if (this.has(reception)) this.#apidsOf(reception)[address.apid] = undefined;
    for (const port of this.#senders.get(reception) ?? []) this.#bySender.delete(port);
    this.#senders.delete(reception);
    this.#learntOf = null;
  }

  ofPort(port: number): Reception | undefined {
    return this.#byPort.get(port);
  }

  ofApid(apid: number): Reception | undefined {
    return this.#byApid[apid];
  }

  ofForeignApid(apid: number): Reception | undefined {
    return this.#byForeignApid[apid];
  }

  /** A good packet of the reception came from this port of the ship. */
  learnSender(port: number, reception: Reception): void {
    if (this.#learntOf === reception && this.#learntPort === port) return;
    this.#learntPort = port;
    this.#learntOf = reception;
    const known = this.#bySender.get(port);
    if (known === reception || known === null) return;
    const ports = this.#senders.get(reception) ?? new Set();
    // A ship sends a stream from one port, or from few; one that changes it all the time is not learnt.
    if (ports.size >= SENDER_PORTS_MAX) return;
    this.#senders.set(reception, ports.add(port));
    this.#bySender.set(port, known ? null : reception);
  }

  /** For packets whose APID cannot be believed. */
  ofSender(port: number): Reception | undefined {
    return this.#bySender.get(port) ?? undefined;
  }

  #apidsOf({ foreign }: Reception): (Reception | undefined)[] {
    return foreign ? this.#byForeignApid : this.#byApid;
  }
}

const SENDER_PORTS_MAX = 16;

const noReceptions = (): (Reception | undefined)[] =>
  Array<Reception | undefined>(APID_MAX + 1).fill(undefined);
