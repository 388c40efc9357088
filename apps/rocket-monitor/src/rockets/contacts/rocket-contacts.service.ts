import { Injectable } from '@nestjs/common';
import type { ContactsOfRocketDto, RocketDto, RocketWithContactsDto } from '../rocket.dto.js';
import { RocketContactBook } from './rocket-contact.book.port.js';

const NONE: ContactsOfRocketDto = { last: null, next: null };

/**
 * Puts contacts beside rockets. They are asked for each time: the scheduler has them in order and over
 * any restart, so there is no copy that could be behind, and nothing to keep.
 */
@Injectable()
export class RocketContactsService {
  constructor(private readonly book: RocketContactBook) {}

  async with(rocket: RocketDto): Promise<RocketWithContactsDto> {
    const found = await this.#contactsOf([rocket.channel]);
    return joined(rocket, found);
  }

  async withAll(rockets: readonly RocketDto[]): Promise<RocketWithContactsDto[]> {
    if (rockets.length === 0) return [];
    const found = await this.#contactsOf(rockets.map(({ channel }) => channel));
    return rockets.map((rocket) => joined(rocket, found));
  }

  async #contactsOf(channels: readonly string[]): Promise<Map<string, ContactsOfRocketDto> | null> {
    const found = await this.book.contactsOf(channels);
    return found && new Map(found.map(({ channel, last, next }) => [channel, { last, next }]));
  }
}

const joined = (
  rocket: RocketDto,
  found: ReadonlyMap<string, ContactsOfRocketDto> | null,
): RocketWithContactsDto =>
  found === null
    ? rocket
    : Object.assign({}, rocket, { contacts: found.get(rocket.channel) ?? NONE });
