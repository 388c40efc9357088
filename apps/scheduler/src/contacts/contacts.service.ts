import { Injectable, Logger } from '@nestjs/common';
import { DomainError, type Instant } from '#common/domain';
import { Clock, type Page, pageOf } from '#common/platform';
import type { BookingTerms } from '../antennas/antenna-conflict.js';
import type { RehearsalDto } from '../antennas/antenna-taken.dto.js';
import { BookingRehearsal } from '../antennas/booking-rehearsal.port.js';
import {
  type Cause,
  type ContactChange,
  type ContactPosition,
  ContactStore,
  type NewContact,
  type StoredContact,
} from './contact-store.port.js';
import { RocketDirectory } from './rocket-directory.port.js';
import { StartsService } from '../starts/starts.service.js';

@Injectable()
export class ContactsService {
  readonly #logger = new Logger(ContactsService.name);

  constructor(
    private readonly store: ContactStore,
    private readonly rehearsal: BookingRehearsal,
    private readonly rockets: RocketDirectory,
    private readonly starts: StartsService,
    private readonly clock: Clock,
  ) {}

  /** All of them, or none. */
  async book(
    contacts: readonly NewContact[],
    cause: Cause,
    terms?: BookingTerms,
  ): Promise<readonly StoredContact[]> {
    await this.#check(contacts);
    const booked = await this.store.add(contacts, cause, terms);
    for (const contact of booked) this.starts.arm(contact);
    this.#logger.log({ message: 'Contacts were booked', contact_ids: booked.map(({ id }) => id) });
    return booked;
  }

  /** What would come of it; nothing is kept. */
  async rehearseBooking(
    contacts: readonly NewContact[],
    cause: Cause,
    terms: BookingTerms,
  ): Promise<RehearsalDto> {
    await this.#check(contacts);
    return this.rehearsal.add(contacts, cause, terms);
  }

  async get(id: string): Promise<StoredContact> {
    const contact = await this.store.find(id);
    if (!contact) throw new DomainError('CONTACT_NOT_FOUND', `No contact has the id ${id}`);
    return contact;
  }

  async page(limit: number, after: ContactPosition | null): Promise<Page<StoredContact>> {
    const found = await this.store.page(limit + 1, after);
    return pageOf(found, limit, ({ startTime, id }) => [startTime, id]);
  }

  async change(
    id: string,
    change: ContactChange,
    cause: Cause,
    terms?: BookingTerms,
  ): Promise<StoredContact> {
    if (change.startTime !== undefined) this.#refusePast(change.startTime);
    const changed = await this.store.change(id, change, cause, terms);
    this.starts.arm(changed);
    return changed;
  }

  async rehearseChange(
    id: string,
    change: ContactChange,
    cause: Cause,
    terms: BookingTerms,
  ): Promise<RehearsalDto> {
    if (change.startTime !== undefined) this.#refusePast(change.startTime);
    return this.rehearsal.change(id, change, cause, terms);
  }

  async end(id: string, cause: Cause): Promise<StoredContact> {
    const ended = await this.store.end(id, {
      ...cause,
      reason: cause.reason ?? 'Ended on request',
    });
    this.#logger.log({ message: `A contact was ${ended.state}`, contact_id: id });
    this.starts.disarm([id]);
    return ended;
  }

  /** Contacts with a ship whose rocket is gone make no sense any more. */
  async rocketExploded(channel: string, reason: string): Promise<void> {
    const ended = await this.store.endOfRocket(channel, `Rocket ${channel} exploded: ${reason}`);
    this.starts.disarm(ended);
  }

  async #check(contacts: readonly NewContact[]): Promise<void> {
    for (const { startTime } of contacts) this.#refusePast(startTime);
    for (const channel of new Set(contacts.map((contact) => contact.channel)))
      await this.#refuseExploded(channel);
  }

  #refusePast(startTime: Instant): void {
    if (startTime <= this.clock.nowMs() * 1_000)
      throw new DomainError('START_TIME_PASSED', 'Start time must be greater than current time', {
        field: 'start_time',
      });
  }

  async #refuseExploded(channel: string | null): Promise<void> {
    if (channel === null) return;
    const reason = await this.rockets.explosionReason(channel);
    if (reason !== null)
      throw new DomainError('ROCKET_EXPLODED', `Rocket ${channel} exploded: ${reason}`);
  }
}
