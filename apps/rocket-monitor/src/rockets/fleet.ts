import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { RocketTrack } from '#common/domain';
import { type CancelTimer, Clock } from '#common/platform';
import { RocketStore } from './rocket-store.port.js';

/** Rockets in one question to the store. */
const FIND_MAX = 500;
/** While somebody watches, the store is asked no sooner after the last answer; changes gather meanwhile. */
const REFRESH_PAUSE_MS = 5;
/** After a fault. */
const RETRY_PAUSE_MS = 500;
/** While somebody watches and nothing is told, the store is asked whether there is anything to tell. */
const ASK_EVERY_MS = 1_000;
/** Names that wait to be read; with more of them all are read. */
const CHANGED_MAX = 10_000;

/** What a rocket became; one change may stand for several messages. */
export interface FleetChange {
  /** Counts the changes of this process from 1. */
  readonly position: number;
  readonly track: RocketTrack;
}

export interface FleetState {
  /** The position of the last change. */
  readonly position: number;
  /** In no order. */
  readonly tracks: readonly RocketTrack[];
}

/** Called in the order of the positions; must not throw. */
export type FleetWatcher = (changes: readonly FleetChange[]) => void;

/**
 * All rockets, in this process, for whoever wants to see many at a time. The store says which may have
 * changed, and they are read again when somebody asks, or at once while somebody watches.
 */
@Injectable()
export class Fleet implements OnModuleDestroy {
  readonly #logger = new Logger(Fleet.name);
  readonly #tracks = new Map<string, RocketTrack>();
  readonly #changed = new Set<string>();
  readonly #watchers = new Set<FleetWatcher>();
  #mayHaveChangedAll = true;
  #position = 0;
  #reading: Promise<void> | null = null;
  #cancelRefresh: CancelTimer | null = null;
  /** A refresh is planned for what was told, and keeps its pause whatever is told meanwhile. */
  #isDue = false;
  #isRefreshing = false;
  #isClosed = false;

  constructor(
    private readonly store: RocketStore,
    private readonly clock: Clock,
  ) {
    store.onChange((channels) => this.#note(channels));
  }

  /** As of now: what was taken before this call, by whichever process, is in it. */
  async state(): Promise<FleetState> {
    await this.store.tellChanges();
    await this.#refresh();
    return { position: this.#position, tracks: [...this.#tracks.values()] };
  }

  /** Calls `watcher` with every change after those in `state`, until the function that it gives is called. */
  watch(watcher: FleetWatcher): () => void {
    this.#watchers.add(watcher);
    this.#refreshIn(0);
    return () => void this.#watchers.delete(watcher);
  }

  onModuleDestroy(): void {
    this.#isClosed = true;
    this.#cancelRefresh?.();
    this.#watchers.clear();
  }

  #note(channels: readonly string[] | null): void {
    if (channels === null) this.#mayHaveChangedAll = true;
    else for (const channel of channels) this.#changed.add(channel);
    if (this.#changed.size > CHANGED_MAX) this.#mayHaveChangedAll = true;
    if (this.#mayHaveChangedAll) this.#changed.clear();
    if (!this.#isDue) this.#refreshIn(0);
  }

  get #isStale(): boolean {
    return this.#mayHaveChangedAll || this.#changed.size > 0;
  }

  /** A read that is under way may have begun before the last change: then one more. */
  async #refresh(): Promise<void> {
    await this.#reading;
    if (!this.#isStale) return this.#reading ?? undefined;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    await this.#reading;
  }

  /** By itself, while somebody watches. */
  #refreshIn(delayMs: number): void {
    if (this.#watchers.size === 0 || this.#isClosed || this.#isRefreshing) return;
    this.#cancelRefresh?.();
    this.#isDue = this.#isStale;
    this.#cancelRefresh = this.clock.after(delayMs, () => void this.#refreshByItself());
  }

  async #refreshByItself(): Promise<void> {
    this.#isRefreshing = true;
    this.#isDue = false;
    let pauseMs = REFRESH_PAUSE_MS;
    try {
      if (!this.#isStale) await this.store.tellChanges();
      await this.#refresh();
    } catch (fault) {
      this.#logger.warn({ message: 'The rockets cannot be read', fault: String(fault) });
      pauseMs = RETRY_PAUSE_MS;
    }
    this.#isRefreshing = false;
    this.#refreshIn(this.#isStale ? pauseMs : ASK_EVERY_MS);
  }

  async #read(): Promise<void> {
    const isAll = this.#mayHaveChangedAll;
    const channels = [...this.#changed];
    this.#mayHaveChangedAll = false;
    this.#changed.clear();
    const changes: FleetChange[] = [];
    try {
      await (isAll ? this.#readAll(changes) : this.#readSome(channels, changes));
    } catch (fault) {
      this.#note(isAll ? null : channels);
      throw fault;
    } finally {
      // Also what came before a fault: it is kept, so the next reading does not find it changed.
      for (const watcher of this.#watchers) if (changes.length > 0) watcher(changes);
    }
  }

  async #readAll(changes: FleetChange[]): Promise<void> {
    const gone = new Set(this.#tracks.keys());
    let after = '';
    let isLast = false;
    while (!isLast) {
      const page = await this.store.list({ after, limit: FIND_MAX });
      for (const track of page) {
        gone.delete(track.channel);
        changes.push(...this.#keep(track));
      }
      after = page.at(-1)?.channel ?? '';
      isLast = page.length < FIND_MAX;
    }
    this.#forget(gone);
  }

  /** A store may lose what it had, as Redis does without a file. Watchers are not told: they know no such thing. */
  #forget(channels: ReadonlySet<string>): void {
    for (const channel of channels) this.#tracks.delete(channel);
    if (channels.size > 0) this.#position += 1;
  }

  async #readSome(channels: readonly string[], changes: FleetChange[]): Promise<void> {
    for (let at = 0; at < channels.length; at += FIND_MAX)
      for (const track of await this.store.find(channels.slice(at, at + FIND_MAX)))
        if (track !== null) changes.push(...this.#keep(track));
  }

  /** Nothing when it is as it was: reading all again must not look like a change of all. */
  #keep(track: RocketTrack): FleetChange[] {
    const before = this.#tracks.get(track.channel);
    if (before !== undefined && isSame(before, track)) return [];
    this.#tracks.set(track.channel, track);
    this.#position += 1;
    return [{ position: this.#position, track }];
  }
}

/** Every message that counts changes one of the counters. */
const isSame = (a: RocketTrack, b: RocketTrack): boolean =>
  a.taken.count === b.taken.count &&
  a.duplicateCount === b.duplicateCount &&
  a.conflictCount === b.conflictCount &&
  a.rejectedCount === b.rejectedCount;
