import { ArrayMaxSize, IsArray, IsString, Length } from 'class-validator';
import type { ContactEvent } from './contact-messages.js';
import { CHANNEL_CHARS_MAX } from './rocket-events.js';

/** Request/reply: the scheduler is asked for the last and the next contact of rockets. */
export const CONTACT_OF_ROCKETS = 'contact.of-rockets';

/** As many as a page of rockets has at most. */
export const ASKED_ROCKETS_MAX = 1_000;

export class RocketContactsDto {
  @IsArray()
  @ArrayMaxSize(ASKED_ROCKETS_MAX)
  @IsString({ each: true })
  @Length(1, CHANNEL_CHARS_MAX, { each: true })
  readonly channels: readonly string[];
}

/** A contact of a rocket, as the scheduler knows it at the moment. */
export type RocketContact = Omit<ContactEvent, 'channel'>;

export interface RocketContacts {
  readonly channel: string;
  /** The last one that was started, whatever became of it; null: none. */
  readonly last: RocketContact | null;
  /** The first one that is booked and was not started; null: none. */
  readonly next: RocketContact | null;
}

/** The answer: of the rockets that have contacts, in any order. */
export interface RocketContactsReply {
  readonly rockets: readonly RocketContacts[];
}
