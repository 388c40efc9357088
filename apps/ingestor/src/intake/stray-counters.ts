import { Injectable } from '@nestjs/common';

/** Why a datagram belongs to no contact. */
export type StrayReason =
  'unknown_apid' | 'unknown_port' | 'idle' | 'corrupt' | 'malformed' | 'shed';

/** Datagrams of no contact: counted, never stored, never answered. */
@Injectable()
export class StrayCounters {
  readonly #counts = new Map<StrayReason, number>();

  count(reason: StrayReason): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  get(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
