import { Injectable } from '@nestjs/common';
import { MICROS_PER_MILLISECOND } from '#common/domain';
import { Clock } from '#common/platform';
import { AddressPool } from './address-pool.js';
import { ReceptionCourse } from './reception-course.js';
import { ReceptionListener } from './reception-listener.js';
import type { Reception } from './reception.js';
import type { ReceptionAddress } from './reception-store.port.js';
import { StreamControl } from './stream-control.js';

const LEARN_AGAIN_MS = 1_000;

/** Goes on with a reception that an earlier process left open, or says why it cannot. */
@Injectable()
export class ReceptionResumption {
  constructor(
    private readonly course: ReceptionCourse,
    private readonly streams: StreamControl,
    private readonly listener: ReceptionListener,
    private readonly addresses: AddressPool,
    private readonly clock: Clock,
  ) {}

  /** Listens again before anything else, since the ship may be sending; gives the rest of the course. */
  async prepare(reception: Reception): Promise<() => Promise<void>> {
    const { address, agreement, opening } = reception;
    reception.address = null;
    if (reception.endCause === 'stopped') {
      if (agreement && address) await this.#listenToTheEnd(reception, address);
      return () => this.course.run(reception);
    }
    if (opening.plannedEnd <= this.clock.nowMs() * MICROS_PER_MILLISECOND) {
      const reason = 'The ingestor was away at the planned end';
      return () => this.course.giveUp(reception, 'system', reason);
    }
    try {
      reception.address = await this.#addressOf(reception, address);
    } catch (fault) {
      const reason = `The ingestor came back without its address: ${(fault as Error).message}`;
      return () => this.course.giveUp(reception, 'system', reason);
    }
    if (!agreement) return () => this.course.run(reception);
    reception.account.restart();
    const isSourceKnown = await this.streams.learnSources(reception);
    await this.listener.listen(reception);
    return () => this.#goOn(reception, isSourceKnown);
  }

  /** It was called off: what the ship sends up to its end still counts, if we can hear it. */
  async #listenToTheEnd(reception: Reception, address: ReceptionAddress): Promise<void> {
    reception.account.restart();
    await this.streams.learnSources(reception);
    try {
      await this.addresses.retake(address);
      reception.address = address;
    } catch (fault) {
      reception.lastFault = (fault as Error).message;
    }
  }

  async #goOn(reception: Reception, isSourceKnown: boolean): Promise<void> {
    if (!isSourceKnown) void this.#learnSources(reception);
    const isAlive = await this.streams.isAlive(reception);
    if (isAlive || reception.endCause !== null) return this.course.run(reception);
    await this.listener.release(reception);
    const reason = 'The ship lost the stream while the ingestor was away';
    return this.course.giveUp(reception, 'system', reason);
  }

  async #learnSources(reception: Reception): Promise<void> {
    while (reception.endCause === null && !(await this.streams.learnSources(reception)))
      await Promise.race([this.clock.sleep(LEARN_AGAIN_MS), reception.ended]);
  }

  /** The ship sends to the old one; without its agreement a lost stream may do, so a new one is taken. */
  async #addressOf(
    { agreement, opening, shipId }: Reception,
    old: ReceptionAddress | null,
  ): Promise<ReceptionAddress> {
    if (!agreement || !old) return this.addresses.take(opening.stream.format ?? 'json', shipId);
    await this.addresses.retake(old);
    return old;
  }
}
