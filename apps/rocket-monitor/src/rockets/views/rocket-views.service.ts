import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import {
  DomainError,
  foldMessages,
  highestNumber,
  HISTORY_PAGE_NUMBERS,
  type Rocket,
  type RocketArrival,
  type RocketCheckpoint,
  type RocketTrack,
  takenUpTo,
  takeNumber,
} from '#common/domain';
import { Clock } from '#common/platform';
import { RocketStore } from '../rocket-store.port.js';
import { RocketsService } from '../rockets.service.js';
import type { RocketView, RocketViewQuery } from './rocket-view.js';
import { Turns } from './turns.js';

/** A bounded store may forget what is being read; then all is read anew from a later checkpoint. */
const ATTEMPTS_MAX = 5;

/** Messages that are folded at once; what is more takes its turn. */
const FOLD_AT_ONCE_MAX = 4 * HISTORY_PAGE_NUMBERS;
const LONG_FOLDS = { togetherMax: 2, waitingMax: 100, waitMsMax: 10_000 };

/** States of rockets that nobody keeps: told from the nearest checkpoint and the messages after it. */
@Injectable()
export class RocketViewsService {
  readonly #longFolds: Turns;

  constructor(
    private readonly rockets: RocketsService,
    private readonly store: RocketStore,
    clock: Clock,
  ) {
    this.#longFolds = new Turns(LONG_FOLDS, clock);
  }

  /**
   * @throws DomainError ROCKET_NOT_FOUND; ROCKET_HISTORY_GONE for a state before what is kept;
   *   ROCKET_STATE_UNAVAILABLE when the store forgets faster than it can be read, or too many ask for
   *   states that take long
   */
  async view(channel: string, query: RocketViewQuery): Promise<RocketView> {
    const track = await this.rockets.get(channel);
    const { lowWater } = track.taken;
    const last = query.view === 'exact' ? lowWater : highestNumber(track.taken);
    const rocket = await this.#rocketUpTo(track, Math.min(query.asOf ?? last, last));
    return { ...query, track, rocket };
  }

  async #rocketUpTo(track: RocketTrack, through: number): Promise<Rocket> {
    if (through >= highestNumber(track.taken)) return track.rocket;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const atMost = Math.min(through, track.taken.lowWater);
      const from = await this.store.checkpoint(track.channel, atMost);
      if (from === null) throw await this.#historyGone(track);
      const rocket = await this.#foldInTurn(track, from, through);
      if (rocket !== null) return rocket;
    }
    throw new DomainError('ROCKET_STATE_UNAVAILABLE', 'The history changes too fast; try again.');
  }

  #foldInTurn(track: RocketTrack, from: RocketCheckpoint, through: number): Promise<Rocket | null> {
    const fold = (): Promise<Rocket | null> => this.#fold(track, from, through);
    const count = takenUpTo(track.taken, through).count - from.through;
    return count > FOLD_AT_ONCE_MAX ? this.#longFolds.take(fold, tooMany) : fold();
  }

  /** Null unless every message that the track knows of was there to be read. */
  async #fold(track: RocketTrack, from: RocketCheckpoint, through: number): Promise<Rocket | null> {
    let { rocket, through: after } = from;
    let left = takenUpTo(track.taken, through).count - from.through;
    while (left > 0) {
      const page = { by: 'number', after, limit: HISTORY_PAGE_NUMBERS } as const;
      const arrivals = await this.store.history(track.channel, page);
      // What was taken since the track was read would belong to a later state.
      const known = arrivals.filter(({ number }) => number <= through && isTaken(track, number));
      rocket = foldMessages(rocket, known);
      left -= known.length;
      after = arrivals.at(-1)?.number ?? after;
      if (arrivals.length < HISTORY_PAGE_NUMBERS || after >= through) break;
      // A long way must not keep messages from being taken.
      await nextTurn();
    }
    return left === 0 ? rocket : null;
  }

  async #historyGone({ channel, taken }: RocketTrack): Promise<DomainError> {
    const [first] = await this.store.history(channel, { by: 'number', after: 0, limit: 1 });
    const earliest = Math.min(beforeOf(first) ?? taken.lowWater, taken.lowWater);
    return new DomainError(
      'ROCKET_HISTORY_GONE',
      `The messages up to number ${earliest} are forgotten: states can be told as of ${earliest} and later.`,
    );
  }
}

const tooMany = (): DomainError =>
  new DomainError('ROCKET_STATE_UNAVAILABLE', 'Too many ask for long histories; try again later.');

const isTaken = ({ taken }: RocketTrack, number: number): boolean =>
  takeNumber(taken, number) === null;

const beforeOf = (arrival: RocketArrival | undefined): number | undefined =>
  arrival && arrival.number - 1;
