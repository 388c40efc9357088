import { DomainError, MICROS_PER_SECOND } from '#common/domain';
import type { Cause, NewContact } from '../../apps/scheduler/src/contacts/contact-store.port.js';
import type { ContactsService } from '../../apps/scheduler/src/contacts/contacts.service.js';
import type { World } from './world.js';

const BY_OPERATOR: Cause = { by: 'operator', reason: null };

/** Books, moves and calls off at any moment, at whichever scheduler answers. */
export class Operators {
  readonly #booked: string[] = [];

  constructor(
    private readonly world: World,
    private readonly channels: readonly (string | null)[],
  ) {}

  /** All of it within `withinMicros`. */
  plan(contacts: number, requests: number, withinMicros: number): void {
    const { dice, loop } = this.world;
    for (let nr = 0; nr < contacts; nr += 1)
      loop.after(dice.below(withinMicros), () => this.#book());
    for (let nr = 0; nr < requests; nr += 1)
      loop.after(dice.below(withinMicros), () => this.#request());
  }

  #book(): void {
    const { dice } = this.world;
    const contacts = Array.from({ length: dice.chance(0.2) ? 2 : 1 }, () => this.#contact());
    this.#ask(async (service) => {
      const booked = await service.book(contacts, BY_OPERATOR);
      for (const { id } of booked) {
        if (!this.world.tables.contacts.has(id)) this.world.violate(`booking ${id} is not stored`);
        this.#booked.push(id);
      }
    });
  }

  #request(): void {
    const { dice, loop } = this.world;
    if (this.#booked.length === 0) return;
    const id = dice.pick(this.#booked);
    const startTime = loop.nowMicros + dice.between(1, 3_000_000);
    if (dice.chance(0.5)) this.#ask((service) => service.change(id, { startTime }, BY_OPERATOR));
    else this.#ask((service) => service.end(id, BY_OPERATOR));
  }

  #contact(): NewContact {
    const { dice, loop } = this.world;
    return {
      shipName: `ship ${dice.below(3)}`,
      startTime: loop.nowMicros + dice.between(1, 1_500_000),
      durationSeconds: dice.between(1, 2),
      antenna: null,
      priority: 0,
      channel: dice.pick(this.channels),
      stream: { format: dice.pick(['json', 'ccsds'] as const) },
    };
  }

  /** A request that fails for whatever reason is not repeated: who asked does not know what it did. */
  #ask(question: (service: ContactsService) => Promise<unknown>): void {
    const host = this.world.dice.pick(this.world.schedulers);
    const service = this.world.services.get(host);
    if (!host.life || !service) return;
    void question(service).catch((fault: unknown) => {
      this.world.note(() => `an operator is told: ${String(fault)}`);
      if (!(fault instanceof DomainError) && !isLoss(fault)) this.world.violate(String(fault));
    });
  }
}

const isLoss = (fault: unknown): boolean => String(fault).includes('The connection was lost');

export const OPERATING_MICROS = 1.5 * MICROS_PER_SECOND;
