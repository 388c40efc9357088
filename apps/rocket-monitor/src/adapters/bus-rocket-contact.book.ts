import { Logger } from '@nestjs/common';
import type { ClientProxy } from '@nestjs/microservices';
import { firstValueFrom, timeout } from 'rxjs';
import {
  CONTACT_OF_ROCKETS,
  type RocketContacts,
  type RocketContactsDto,
  type RocketContactsReply,
} from '#common/contracts';
import { type Clock, FaultLog } from '#common/platform';
import { RocketContactBook } from '../rockets/contacts/rocket-contact.book.port.js';

const REPLY_TIMEOUT_MS = 1_000;
/** A scheduler that does not answer must not make every question about a rocket wait for it. */
const LEFT_ALONE_MS = 5_000;

/** Asks the scheduler over the bus. */
export class BusRocketContactBook extends RocketContactBook {
  readonly #faults: FaultLog;
  #askAgainAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly client: ClientProxy,
    private readonly clock: Clock,
  ) {
    super();
    this.#faults = new FaultLog(new Logger(BusRocketContactBook.name), clock);
  }

  async contactsOf(channels: readonly string[]): Promise<readonly RocketContacts[] | null> {
    if (this.clock.monotonicMs() < this.#askAgainAtMs) return null;
    const question: RocketContactsDto = { channels };
    try {
      const asking = this.client.send<RocketContactsReply>(CONTACT_OF_ROCKETS, question);
      return (await firstValueFrom(asking.pipe(timeout(REPLY_TIMEOUT_MS)))).rockets;
    } catch (fault) {
      this.#askAgainAtMs = this.clock.monotonicMs() + LEFT_ALONE_MS;
      this.#faults.note('The scheduler does not say which contacts rockets have', fault);
      return null;
    }
  }
}
