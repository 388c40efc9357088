import type { RocketTrack } from '#common/domain';
import { rocketDtoOf } from '../rocket.dto.js';

/** What a rocket became last. */
export class LatestChange {
  #json: string | null = null;

  constructor(
    readonly position: number,
    readonly track: RocketTrack,
    readonly fleetPosition: number,
  ) {}

  /** The rocket as clients get it, made once for all of them. */
  get json(): string {
    return (this.#json ??= JSON.stringify(rocketDtoOf(this.track)));
  }

  forgetJson(): void {
    this.#json = null;
  }
}

interface LogEntry {
  readonly position: number;
  readonly channel: string;
}

/** Entries that others have replaced, beyond as many as there are rockets. */
const REPLACED_MAX = 1_000;

/**
 * The last change of every rocket, in the order in which they came. Earlier ones are not kept: whoever
 * knows the state at any position comes to the present by the last changes that lie behind it. So no
 * position is ever too old, and nothing waits for a client that is slow.
 */
export class LatestChanges {
  readonly #latest = new Map<string, LatestChange>();
  readonly #channels: string[] = [];
  /** Positions ascend. One is of worth while it is the last of its channel. */
  #log: LogEntry[] = [];
  #position = 0;

  /** Of the last change; counts from 1. */
  get position(): number {
    return this.#position;
  }

  /** In the order in which they were first seen; it only grows. */
  get channels(): readonly string[] {
    return this.#channels;
  }

  of(channel: string): LatestChange | undefined {
    return this.#latest.get(channel);
  }

  /** @param fleetPosition the fleet's, at which the rocket was so; what is older than known is ignored */
  note(track: RocketTrack, fleetPosition: number): void {
    const { channel } = track;
    const known = this.#latest.get(channel);
    if (known === undefined) this.#channels.push(channel);
    else if (known.track === track || known.fleetPosition > fleetPosition) return;
    this.#position += 1;
    this.#latest.set(channel, new LatestChange(this.#position, track, fleetPosition));
    this.#log.push({ position: this.#position, channel });
    if (this.#log.length > 2 * this.#channels.length + REPLACED_MAX)
      this.#log = this.#log.filter((entry) => this.#lastOf(entry) !== undefined);
  }

  /** The last changes that lie behind a position, in order. Nothing may be noted meanwhile. */
  *after(position: number): Generator<LatestChange> {
    for (let at = this.#firstAfter(position); at < this.#log.length; at += 1) {
      const change = this.#lastOf(this.#log[at] as LogEntry);
      if (change !== undefined) yield change;
    }
  }

  /** The texts are the greater part of the memory, and are made again when they are needed. */
  forgetTexts(): void {
    for (const change of this.#latest.values()) change.forgetJson();
  }

  #lastOf({ channel, position }: LogEntry): LatestChange | undefined {
    const change = this.#latest.get(channel);
    return change?.position === position ? change : undefined;
  }

  #firstAfter(position: number): number {
    let [low, high] = [0, this.#log.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#log[middle]?.position ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
