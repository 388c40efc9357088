import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '#common/domain';
import type { BookingTerms } from '../antennas/antenna-conflict.js';
import type { RehearsalDto } from '../antennas/antenna-taken.dto.js';
import { BookingRehearsal } from '../antennas/booking-rehearsal.port.js';
import { StartsService } from '../starts/starts.service.js';
import type { KeyedRequest } from './booking-keys.port.js';
import { BookingRules, faultOfItem, startTimePassed } from './booking-rules.js';
import {
  type Cause,
  type ContactChange,
  type ContactGuard,
  ContactStore,
  type NewContact,
  type StoredContact,
} from './contact-store.port.js';
import { KeyedRequests } from './keyed-requests.js';

/** Contacts of one booking that the log names. */
const NAMED_MAX = 100;

@Injectable()
export class ContactsService {
  readonly #logger = new Logger(ContactsService.name);

  constructor(
    private readonly store: ContactStore,
    private readonly rehearsal: BookingRehearsal,
    private readonly requests: KeyedRequests,
    private readonly rules: BookingRules,
    private readonly starts: StartsService,
  ) {}

  /** All of them, or none. A request that is repeated gets the answer that it got, whatever is now. */
  book(
    contacts: readonly NewContact[],
    cause: Cause,
    terms?: BookingTerms,
    request: KeyedRequest | null = null,
  ): Promise<readonly StoredContact[]> {
    return this.requests.once(request, async () => {
      await this.#refuse(contacts);
      const booked = await this.store.add(contacts, cause, terms, request);
      this.arm(booked);
      return booked;
    });
  }

  /** What would come of it; nothing is kept. */
  async rehearseBooking(
    contacts: readonly NewContact[],
    cause: Cause,
    terms: BookingTerms,
  ): Promise<RehearsalDto> {
    await this.#refuse(contacts);
    return this.rehearsal.add(contacts, cause, terms);
  }

  /** Contacts that have just been booked will be started. */
  arm(booked: readonly StoredContact[]): void {
    for (const contact of booked) this.starts.arm(contact);
    const named = booked.slice(0, NAMED_MAX).map(({ id }) => id);
    this.#logger.log({ message: 'Contacts were booked', count: booked.length, contact_ids: named });
  }

  async get(id: string): Promise<StoredContact> {
    const contact = await this.store.find(id);
    if (!contact) throw new DomainError('CONTACT_NOT_FOUND', `No contact has the id ${id}`);
    return contact;
  }

  async change(
    id: string,
    change: ContactChange,
    cause: Cause,
    terms?: BookingTerms,
    guard?: ContactGuard,
  ): Promise<StoredContact> {
    this.#refusePast(change);
    const changed = await this.store.change(id, change, cause, terms, guard);
    this.starts.arm(changed);
    return changed;
  }

  async rehearseChange(
    id: string,
    change: ContactChange,
    cause: Cause,
    terms: BookingTerms,
    guard?: ContactGuard,
  ): Promise<RehearsalDto> {
    this.#refusePast(change);
    return this.rehearsal.change(id, change, cause, terms, guard);
  }

  async end(id: string, cause: Cause, guard?: ContactGuard): Promise<StoredContact> {
    const reason = cause.reason ?? 'Ended on request';
    const ended = await this.store.end(id, { ...cause, reason }, guard);
    this.#logger.log({ message: `A contact was ${ended.state}`, contact_id: id });
    this.starts.disarm([id]);
    return ended;
  }

  /** Contacts with a ship whose rocket is gone make no sense any more. */
  async rocketExploded(channel: string, reason: string): Promise<void> {
    const ended = await this.store.endOfRocket(channel, `Rocket ${channel} exploded: ${reason}`);
    this.starts.disarm(ended);
  }

  #refusePast({ startTime }: ContactChange): void {
    if (startTime !== undefined && this.rules.isPast(startTime)) throw startTimePassed();
  }

  async #refuse(contacts: readonly NewContact[]): Promise<void> {
    for (const [index, fault] of (await this.rules.faultsOf(contacts)).entries())
      if (fault !== null) throw contacts.length === 1 ? fault : faultOfItem(fault, index);
  }
}
