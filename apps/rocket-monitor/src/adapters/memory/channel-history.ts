import {
  contentOf,
  FIRST_CHECKPOINT,
  foldMessages,
  numbersAfter,
  numbersBefore,
  readContent,
  type RocketArrival,
  type RocketCheckpoint,
  type TakenNumbers,
} from '#common/domain';
import type { ArrivalPosition, HistoryQuery } from '../../rockets/rocket-store.port.js';

/** What a channel's history is written down as; messages in the order of their arrival. */
export interface HistoryRecord {
  readonly checkpoints: readonly RocketCheckpoint[];
  readonly messages: readonly (readonly [number, string])[];
}

/**
 * The messages of one channel, those at the beginning perhaps forgotten up to a checkpoint. Each is one
 * string, `<receivedAt><content>`: as objects they would take three times the memory.
 */
export class ChannelHistory {
  /** By number, in the order of arrival. */
  readonly #texts = new Map<number, string>();
  /** Ascending; what is not above the first one is forgotten. */
  #checkpoints: RocketCheckpoint[] = [FIRST_CHECKPOINT];

  constructor(private readonly channel: string) {}

  /** Every number up to this one is forgotten. */
  get floor(): number {
    return this.#base.through;
  }

  add(arrival: RocketArrival): void {
    this.#texts.set(arrival.number, `${arrival.receivedAt}${contentOf(arrival)}`);
  }

  /** UTF-16 units that are kept for a message, 0 for one that is not. */
  chars(number: number): number {
    return this.#texts.get(number)?.length ?? 0;
  }

  content(number: number): string | undefined {
    const text = this.#texts.get(number);
    return text?.slice(text.indexOf('['));
  }

  find(taken: TakenNumbers, query: HistoryQuery): RocketArrival[] {
    switch (query.by) {
      case 'number':
        return this.#read(numbersAfter(taken, Math.max(query.after, this.floor)), query.limit);
      case 'number-descending':
        return this.#read(numbersBefore(taken, query.before), query.limit);
      case 'arrival':
        return this.#read(this.#arrivedAfter(query.after), query.limit);
      default:
        return query satisfies never;
    }
  }

  checkpoint(atMost: number): RocketCheckpoint | null {
    return this.#checkpoints.findLast(({ through }) => through <= atMost) ?? null;
  }

  keepCheckpoint(checkpoint: RocketCheckpoint): void {
    if (checkpoint.through > (this.#checkpoints.at(-1)?.through ?? 0))
      this.#checkpoints.push(checkpoint);
  }

  /** @param through a number that is not above the low-water mark */
  forget(through: number): void {
    const nearest = this.checkpoint(through) ?? this.#base;
    const rest = this.#readAll(nearest.through + 1, through);
    const base = { through, rocket: foldMessages(nearest.rocket, rest) };
    for (let number = this.floor + 1; number <= through; number += 1) this.#texts.delete(number);
    this.#checkpoints = [base, ...this.#checkpoints.filter((one) => one.through > through)];
  }

  record(): HistoryRecord {
    return { checkpoints: [...this.#checkpoints], messages: [...this.#texts] };
  }

  restore({ checkpoints, messages }: HistoryRecord): void {
    this.#checkpoints = [...checkpoints];
    for (const [number, text] of messages) this.#texts.set(number, text);
  }

  get #base(): RocketCheckpoint {
    return this.#checkpoints[0] ?? FIRST_CHECKPOINT;
  }

  *#arrivedAfter(position: ArrivalPosition | null): Generator<number> {
    for (const [number, text] of this.#texts)
      if (position === null || Number.parseInt(text, 10) > position.receivedAt) yield number;
  }

  #readAll(from: number, to: number): RocketArrival[] {
    const numbers = Array.from({ length: to - from + 1 }, (_, nr) => from + nr);
    return this.#read(numbers, numbers.length);
  }

  #read(numbers: Iterable<number>, limit: number): RocketArrival[] {
    const arrivals: RocketArrival[] = [];
    for (const number of numbers) {
      if (arrivals.length >= limit) break;
      const text = this.#texts.get(number);
      // Numbers that are walked downwards end at the floor.
      if (text === undefined) break;
      arrivals.push(this.#readOne(number, text));
    }
    return arrivals;
  }

  #readOne(number: number, text: string): RocketArrival {
    const start = text.indexOf('[');
    const receivedAt = Number(text.slice(0, start));
    return { channel: this.channel, number, receivedAt, ...readContent(text.slice(start)) };
  }
}
