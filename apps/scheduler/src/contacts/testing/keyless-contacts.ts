import type { Clock } from '#common/platform';
import { BookingRehearsal } from '../../antennas/booking-rehearsal.port.js';
import type { StartsService } from '../../starts/starts.service.js';
import { BookingKeys } from '../booking-keys.port.js';
import { BookingRules } from '../booking-rules.js';
import type { ContactStore } from '../contact-store.port.js';
import { ContactsService } from '../contacts.service.js';
import { KeyedRequests } from '../keyed-requests.js';
import type { RocketDirectory } from '../rocket-directory.port.js';

/** Where no request has a key, and none is a dry run. */
class NoKeys extends BookingKeys {
  answerTo = (): Promise<null> => Promise.resolve(null);
  forget = (): Promise<number> => Promise.resolve(0);
}

class NoRehearsal extends BookingRehearsal {
  add = (): Promise<never> => Promise.reject(new Error('Not asked for here'));
  change = (): Promise<never> => Promise.reject(new Error('Not asked for here'));
}

export interface ContactsParts {
  readonly store: ContactStore;
  readonly rockets: RocketDirectory;
  readonly starts: StartsService;
  readonly clock: Clock;
}

/** The bookings as the module puts them together, on a store that knows neither keys nor dry runs. */
export const keylessContacts = ({ store, rockets, starts, clock }: ContactsParts) =>
  new ContactsService(
    store,
    new NoRehearsal(),
    new KeyedRequests(new NoKeys()),
    new BookingRules(rockets, clock),
    starts,
  );
