import { Injectable } from '@nestjs/common';
import { APID_MAX } from '#common/contracts';
import type { Reception } from '../receptions/reception.js';

/** Which open reception a datagram belongs to. */
@Injectable()
export class ReceptionRoutes {
  readonly #byPort = new Map<number, Reception>();
  /** By APID: each packet asks. */
  readonly #byApid = Array.from<Reception | undefined>({ length: APID_MAX + 1 });
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
    else this.#byApid[address.apid] = reception;
  }

  has({ address }: Reception): boolean {
    if (!address) return false;
    return address.apid === null
      ? this.#byPort.has(address.port)
      : this.#byApid[address.apid] !== undefined;
  }

  remove(reception: Reception): void {
    const { address } = reception;
    if (!address) return;
    if (address.apid === null) this.#byPort.delete(address.port);
    else this.#byApid[address.apid] = undefined;
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
}

const SENDER_PORTS_MAX = 16;
