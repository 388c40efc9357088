import { Injectable } from '@nestjs/common';
import { Clock } from '#common/platform';
import { AddressPool } from './address-pool.js';
import { ForeignResumption } from './foreign-resumption.js';
import { ReceptionCourse } from './reception-course.js';
import { ReceptionListener } from './reception-listener.js';
import type { Reception } from './reception.js';
import { type Agreement, type ReceptionAddress, ReceptionStore } from './reception-store.port.js';
import { StreamControl } from './stream-control.js';

const LEARN_AGAIN_MS = 1_000;

/** Whose reception it was: an earlier process of this ingestor, at the same place, or another one. */
export type Predecessor = 'ours' | 'another';

type Place =
  { readonly address: ReceptionAddress } | { readonly address: null; readonly reason: string };

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
    private readonly foreign: ForeignResumption,
  ) {}

  /** Listens again before anything else, since the ship may be sending; gives the rest of the course. */
  async prepare(reception: Reception, predecessor: Predecessor): Promise<() => Promise<void>> {
    if (reception.foreign) return this.foreign.prepare(reception);
    const { address: old, agreement } = reception;
    reception.address = null;
    if (agreement) reception.mayBeSentTo = true;
    // It may have been asked for a stream, and its answer not have been noted any more.
    else if (old && predecessor === 'ours')
      await this.addresses.retire(old, reception.surelyOverAtMs);
    if (reception.endCause === 'stopped') {
      if (agreement && old && predecessor === 'ours') await this.#listenToTheEnd(reception, old);
      return () => this.course.run(reception);
    }
    if (reception.endsAtMs <= this.clock.monotonicMs()) {
      const reason = 'The ingestor was away at the planned end';
      return () => this.course.giveUp(reception, 'system', reason);
    }
    const isOld = agreement !== null && predecessor === 'ours' && (await this.#isRetaken(old));
    const place: Place = isOld ? { address: old! } : await this.#take(reception);
    reception.address = place.address;
    if (!place.address) {
      const reason = `The reception has no address any more: ${place.reason}`;
      return () => this.course.giveUp(reception, 'system', reason);
    }
    if (!isOld && !(await this.#isNoted(reception, place.address)))
      return () => this.listener.release(reception);
    if (!agreement) return () => this.course.run(reception);
    reception.account.restart();
    const isSourceKnown = await this.streams.learnSources(reception);
    await this.listener.listen(reception);
    if (!isSourceKnown) void this.#learnSources(reception);
    return () => (isOld ? this.#goOn(reception, agreement) : this.#moveOn(reception, agreement));
  }

  /** It was called off: what the ship sends up to its end still counts, if we can hear it. */
  async #listenToTheEnd(reception: Reception, address: ReceptionAddress): Promise<void> {
    reception.account.restart();
    await this.streams.learnSources(reception);
    if (await this.#isRetaken(address)) reception.address = address;
  }

  /** At the old address. What is sent from the ship's answer on comes to us. */
  async #goOn(reception: Reception, { firstSequence }: Agreement): Promise<void> {
    const progress = await this.streams.progress(reception);
    if (progress) reception.account.awayUntil({ firstSequence, ...progress });
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
    if (outcome.kind === 'redirected')
      reception.account.awayUntil({ firstSequence: agreement.firstSequence, ...outcome.progress });
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

  async #take({ opening, shipId }: Reception): Promise<Place> {
    try {
      return { address: await this.addresses.take(opening.stream.format ?? 'json', shipId) };
    } catch (fault) {
      return { address: null, reason: (fault as Error).message };
    }
  }

  /** False when the reception was lost meanwhile. @throws when the database is away. */
  async #isNoted(reception: Reception, address: ReceptionAddress): Promise<boolean> {
    const { contactId, opening } = reception;
    try {
      const isOurs = await this.store.moved(contactId, opening.fence, address);
      if (!isOurs) reception.end('lost');
      return isOurs;
    } catch (fault) {
      await this.addresses.release(address);
      throw fault;
    }
  }
}
