import { createHash } from 'node:crypto';
import { Flight } from './flight.js';
import { rocketLengths } from './lengths.js';
import type { WireMessage, WireState } from './message.js';
import { messageTimes } from './message-times.js';
import { pick, type Random, randomOf, shuffled } from './random.js';
import { ROCKET_TYPES } from './vocabulary.js';

export const ROCKETS_DEFAULT = 20;
export const MESSAGES_DEFAULT = 100_000;
export const SEED_DEFAULT = 444;

export interface ScenarioOptions {
  readonly seed?: number;
  readonly rocketCount?: number;
  readonly messageCount?: number;
}

export interface Scenario {
  /** All messages in the order in which the rockets send them. */
  readonly messages: readonly WireMessage[];
  /** What is right once all of them have arrived, in whatever order, by channel. */
  readonly expectedStates: ReadonlyMap<string, WireState>;
}

/** Everything follows from the seed: the same options give the same bytes. */
export function rocketScenario(options: ScenarioOptions = {}): Scenario {
  const {
    seed = SEED_DEFAULT,
    rocketCount = ROCKETS_DEFAULT,
    messageCount = MESSAGES_DEFAULT,
  } = options;
  const random = randomOf(seed);
  const flights = makeFlights(random, seed, rocketLengths(random, messageCount, rocketCount));
  const messages = fly(random, flights);
  return { messages, expectedStates: new Map(flights.map((f) => [f.channel, f.state])) };
}

/** The messages of a scenario by channel, each in order of number. */
export function messagesByRocket({ messages }: Scenario): ReadonlyMap<string, WireMessage[]> {
  const byRocket = new Map<string, WireMessage[]>();
  for (const message of messages) {
    const { channel } = message.metadata;
    const ofRocket = byRocket.get(channel);
    if (ofRocket) ofRocket.push(message);
    else byRocket.set(channel, [message]);
  }
  return byRocket;
}

function makeFlights(
  random: Random,
  seed: number,
  plans: ReturnType<typeof rocketLengths>,
): Flight[] {
  const types = shuffled(random, ROCKET_TYPES);
  return plans.map((plan, at) => {
    const type = types[at % types.length] ?? pick(random, ROCKET_TYPES);
    return new Flight(random, uuid5(`rocket ${seed}/${at}`), type, plan);
  });
}

/** Every rocket in the air is as likely as any other to send the next message. */
function fly(random: Random, flights: readonly Flight[]): WireMessage[] {
  const messages: WireMessage[] = [];
  const times = messageTimes(random);
  let flying = flights.filter((flight) => !flight.isOver);
  while (flying.length > 0) {
    const flight = pick(random, flying);
    messages.push(flight.next(times()));
    if (flight.isOver) flying = flying.filter((other) => other !== flight);
  }
  return messages;
}

/** RFC 9562's namespace for URLs. */
const NAMESPACE = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');

function uuid5(name: string): string {
  const hash = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [0, 8, 12, 16, 20].map((from, at, cuts) => hex.slice(from, cuts[at + 1])).join('-');
}
