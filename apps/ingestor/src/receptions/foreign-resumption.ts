import { Injectable } from '@nestjs/common';
import { Clock } from '#common/platform';
import { ForeignShips } from './foreign-ships.js';
import { ReceptionCourse } from './reception-course.js';
import { ReceptionListener } from './reception-listener.js';
import type { Reception } from './reception.js';
import { ReceptionStore } from './reception-store.port.js';

/**
 * Goes on with the reception of a foreign ship. There is nobody to ask and nothing to redirect: we listen
 * again, and whether the ship sends to us is up to those who pointed it here.
 */
@Injectable()
export class ForeignResumption {
  constructor(
    private readonly course: ReceptionCourse,
    private readonly listener: ReceptionListener,
    private readonly ships: ForeignShips,
    private readonly store: ReceptionStore,
    private readonly clock: Clock,
  ) {}

  /** Listens before anything else; gives the rest of the course. @throws when the database is away. */
  async prepare(reception: Reception): Promise<() => Promise<void>> {
    const { address: old, opening, shipName, contactId } = reception;
    reception.address = null;
    if (reception.endCause === 'stopped') return () => this.course.run(reception);
    if (reception.endsAtMs <= this.clock.monotonicMs())
      return this.#giveUp(reception, 'The ingestor was away at the planned end');
    const address = this.ships.addressOf(shipName);
    if (!address)
      return this.#giveUp(reception, `No packet definition names the ship ${shipName} any more`);
    const isMoved = old?.port !== address.port || old.apid !== address.apid;
    if (isMoved && !(await this.store.moved(contactId, opening.fence, address))) {
      reception.end('lost');
      return () => this.listener.release(reception);
    }
    reception.account.restart();
    reception.address = address;
    reception.expectFrom(this.ships.sourcesOf(shipName));
    await this.listener.listen(reception);
    return () => this.course.run(reception);
  }

  #giveUp(reception: Reception, reason: string): () => Promise<void> {
    return () => this.course.giveUp(reception, 'system', reason);
  }
}
