import { Injectable } from '@nestjs/common';
import { MICROS_PER_MILLISECOND } from '#common/domain';
import { Clock } from '#common/platform';
import { AddressPool } from './address-pool.js';
import { ReceptionCourse } from './reception-course.js';
import { ReceptionListener } from './reception-listener.js';
import type { Reception } from './reception.js';
import { type Agreement, type ReceptionAddress, ReceptionStore } from './reception-store.port.js';
import { StreamControl } from './stream-control.js';

const LEARN_AGAIN_MS = 1_000;

/** Whose reception it was: an earlier process of this ingestor, at the same place, or another one. */
export type Predecessor = 'ours' | 'another';

/** Goes on with a reception whose process is gone, or says why it cannot. */
@Injectable()
export class ReceptionResumption {
  constructor(
    private readonly course: ReceptionCourse,
    private readonly streams: StreamControl,
    private readonly listener: ReceptionListener,
    private readonly addresses: AddressPool,
    private readonly store: ReceptionStore,
    private readonly clock: Clock,
  ) {}

  /** Listens again before anything else, since the ship may be sending; gives the rest of the course. */
  async prepare(reception: Reception, predecessor: Predecessor): Promise<() => Promise<void>> {
    const { address: old, agreement, opening } = reception;
    reception.address = null;
    if (reception.endCause === 'stopped') {
      if (agreement && old) await this.#listenToTheEnd(reception, old);
      return () => this.course.run(reception);
    }
    if (opening.plannedEnd <= this.clock.nowMs() * MICROS_PER_MILLISECOND) {
      const reason = 'The ingestor was away at the planned end';
      return () => this.course.giveUp(reception, 'system', reason);
    }
    if (agreement) reception.mayBeSentTo = true;
    // It may have been asked for a stream, and its answer not have been noted any more.
    else if (old && predecessor === 'ours') await this.addresses.retire(old, reception.surelyOver);
    const isOld = agreement !== null && predecessor === 'ours' && (await this.#isRetaken(old));
    try {
      reception.address = isOld ? old : await this.#newAddress(reception);
    } catch (fault) {
      const reason = `The reception has no address any more: ${(fault as Error).message}`;
      return () => this.course.giveUp(reception, 'system', reason);
    }
    if (!agreement) return () => this.course.run(reception);
    reception.account.restart();
    const isSourceKnown = await this.streams.learnSources(reception);
    await this.listener.listen(reception);
    if (!isSourceKnown) void this.#learnSources(reception);
    return () => (isOld ? this.#goOn(reception) : this.#moveOn(reception, agreement));
  }

  /** It was called off: what the ship sends up to its end still counts, if we can hear it. */
  async #listenToTheEnd(reception: Reception, address: ReceptionAddress): Promise<void> {
    reception.account.restart();
    await this.streams.learnSources(reception);
    if (await this.#isRetaken(address)) reception.address = address;
  }

  /** At the old address. */
  async #goOn(reception: Reception): Promise<void> {
    const progress = await this.streams.progress(reception);
    if (progress) reception.account.awayUntil(progress.sent);
    if (progress || reception.endCause !== null) return this.course.run(reception);
    return this.#giveUp(reception, 'The ship lost the stream while the ingestor was away');
  }

  /** At a new address, of which the ship must hear. */
  async #moveOn(reception: Reception, agreement: Agreement): Promise<void> {
    const outcome = await this.streams.redirect(reception, agreement);
    if (outcome.kind === 'unknown' && reception.endCause === null)
      return this.#giveUp(reception, 'The ship lost the stream while its ingestor was away');
    if (outcome.kind === 'refused')
      return this.#giveUp(reception, `The ship would not send elsewhere: ${outcome.reason}`);
    if (outcome.kind === 'redirected') reception.account.awayUntil(outcome.sent);
    return this.course.run(reception);
  }

  async #giveUp(reception: Reception, reason: string): Promise<void> {
    await this.listener.release(reception);
    return this.course.giveUp(reception, 'system', reason);
  }

  async #learnSources(reception: Reception): Promise<void> {
    while (reception.endCause === null && !(await this.streams.learnSources(reception)))
      await Promise.race([this.clock.sleep(LEARN_AGAIN_MS), reception.ended]);
  }

  async #isRetaken(address: ReceptionAddress | null): Promise<boolean> {
    if (!address) return false;
    return this.addresses.retake(address).then(
      () => true,
      () => false,
    );
  }

  async #newAddress({ contactId, opening, shipId }: Reception): Promise<ReceptionAddress> {
    const address = await this.addresses.take(opening.stream.format ?? 'json', shipId);
    await this.store.moved(contactId, opening.fence, address);
    return address;
  }
}
