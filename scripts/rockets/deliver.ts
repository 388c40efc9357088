import { randomOf } from './random.js';

export interface DeliveryOptions {
  /** No message arrives more than so many places before or after its own; 0: in order. */
  readonly shuffle?: number;
  /** The share of messages that arrive a second time, 0 to 1. */
  readonly duplicate?: number;
  readonly seed?: number;
}

/** A repetition comes within so many places after the message, plus the shuffle's. */
const REPETITION_DISTANCE_MAX = 50;

/** What a bad link makes of messages: each arrives at least once, out of order and repeated. */
export function deliver<T>(messages: readonly T[], options: DeliveryOptions = {}): T[] {
  const { shuffle = 0, duplicate = 0, seed = 0 } = options;
  const random = randomOf(seed);
  const arrivals = messages.map((message, at) => ({ message, at: at + random() * (shuffle + 1) }));
  // A stable sort by whole places: without a shuffle every key is the message's own place.
  const inPlace = arrivals.map(({ message, at }) => ({ message, at: Math.floor(at) }));
  const repetitions = inPlace
    .filter(() => random() < duplicate)
    .map(({ message, at }) => ({
      message,
      at: at + 1 + Math.floor(random() * (REPETITION_DISTANCE_MAX + shuffle)),
    }));
  return [...inPlace, ...repetitions].toSorted((a, b) => a.at - b.at).map(({ message }) => message);
}
