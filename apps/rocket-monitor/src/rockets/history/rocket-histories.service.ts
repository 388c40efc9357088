import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import {
  type GapPosition,
  type GapStep,
  highestNumber,
  lastGap,
  type RocketArrival,
  type RocketGap,
  walkGaps,
} from '#common/domain';
import { type HistoryQuery, RocketStore } from '../rocket-store.port.js';
import { RocketsService } from '../rockets.service.js';

/** Messages that one request for gaps looks at; what is behind them is the next request's. */
export const GAP_MESSAGES_MAX = 10_000;
/** Messages that are asked of the store at one time. */
const READ_MAX = 1_000;

export const GAP_STATES = ['open', 'closed'] as const;
export type GapState = (typeof GAP_STATES)[number];

export interface GapQuery {
  /** Null: both. */
  readonly state: GapState | null;
  /** Null: from the highest number. */
  readonly after: GapPosition | null;
  readonly limit: number;
}

export interface FoundGaps {
  readonly gaps: readonly RocketGap[];
  /** Where to go on; null at the end. */
  readonly next: GapPosition | null;
}

/** What can be asked of a rocket's messages, as they were taken. */
@Injectable()
export class RocketHistoriesService {
  constructor(
    private readonly rockets: RocketsService,
    private readonly store: RocketStore,
  ) {}

  /** @throws DomainError ROCKET_NOT_FOUND */
  async messages(channel: string, query: HistoryQuery): Promise<RocketArrival[]> {
    await this.rockets.get(channel);
    return this.store.history(channel, query);
  }

  /**
   * The highest first; perhaps fewer than `limit` though there are more. What a bounded store has
   * forgotten was taken, but no longer tells when.
   * @throws DomainError ROCKET_NOT_FOUND
   */
  async gaps(channel: string, query: GapQuery): Promise<FoundGaps> {
    const { taken } = await this.rockets.get(channel);
    const steps: GapStep[] = [];
    let at: GapPosition | null = query.after ?? {
      before: highestNumber(taken) + 1,
      since: null,
    };
    for (let seen = 0; seen < GAP_MESSAGES_MAX && at !== null; seen += READ_MAX) {
      const { found, next } = await this.#walk(channel, at, query.state);
      steps.push(...found);
      if (steps.length > query.limit) return cut(steps, query.limit);
      at = next;
      // A long way must not keep messages from being taken.
      await nextTurn();
    }
    return { gaps: steps.map(({ gap }) => gap), next: at };
  }

  async #walk(channel: string, from: GapPosition, state: GapState | null) {
    const page = { by: 'number-descending', before: from.before, limit: READ_MAX } as const;
    const arrivals = await this.store.history(channel, page);
    const found: GapStep[] = [];
    const walk = walkGaps(arrivals, from);
    let step = walk.next();
    for (; step.done !== true; step = walk.next())
      if (isWanted(step.value, state)) found.push(step.value);

    const { lowWater } = (await this.rockets.get(channel)).taken;
    const isEnd = arrivals.length < READ_MAX || (state === 'open' && step.value.before <= lowWater);
    // The mark of now, for messages up to the mark of before may have been forgotten meanwhile.
    if (isEnd && state !== 'closed') found.push(...lastGap(step.value, lowWater));
    return { found, next: isEnd ? null : step.value };
  }
}

const isWanted = ({ gap }: GapStep, state: GapState | null): boolean =>
  state === null || state === stateOf(gap);

export const stateOf = ({ closedAt }: RocketGap): GapState =>
  closedAt === null ? 'open' : 'closed';

function cut(steps: readonly GapStep[], limit: number): FoundGaps {
  const kept = steps.slice(0, limit);
  return { gaps: kept.map(({ gap }) => gap), next: kept.at(-1)?.position ?? null };
}
