import type { RocketMessage } from './rocket-message.js';
import { applyMessage, type Rocket, UNKNOWN_ROCKET } from './rocket.js';

/**
 * The exact state of a rocket after a number: the fold of every message from 1 to `through`. From the
 * nearest one a state as of any later number is a short way.
 */
export interface RocketCheckpoint {
  readonly through: number;
  readonly rocket: Rocket;
}

/** Where every rocket begins. */
export const FIRST_CHECKPOINT: RocketCheckpoint = { through: 0, rocket: UNKNOWN_ROCKET };

/** History is kept, and forgotten, in pages of so many numbers: 1 to 1,024, 1,025 to 2,048 … */
export const HISTORY_PAGE_NUMBERS = 1_024;

/** The last number of the pages that lie wholly at or below a number; 0 when there is none. */
export const lastPageEnd = (number: number): number => number - (number % HISTORY_PAGE_NUMBERS);

export const foldMessages = (rocket: Rocket, messages: readonly RocketMessage[]): Rocket =>
  messages.reduce(applyMessage, rocket);
