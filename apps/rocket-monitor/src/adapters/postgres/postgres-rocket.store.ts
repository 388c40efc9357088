import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RocketArrival, RocketCheckpoint, RocketTrack } from '#common/domain';
import { type CancelTimer, type Clock, FaultLog, type PartHealth } from '#common/platform';
import {
  type ChangeListener,
  type HistoryQuery,
  type RejectedMessage,
  RocketStore,
  type Taken,
} from '../../rockets/rocket-store.port.js';
import { ChangeSignal } from './change.signal.js';
import { awayReason, LogConnections } from './log-connections.js';
import { LogHistory } from './log-history.js';
import { LogRejections } from './log-rejections.js';
import { type Replayed, replayLog } from './log-replay.js';
import { LogFollower } from './log.follower.js';
import { LogTracks } from './log.tracks.js';
import { LogWriter, WRITERS_MAX } from './log.writer.js';

const READERS_MAX = 4;
/** A reading that looks at so many transactions takes a good part of its time. */
const SPAN_DEGRADED = 100_000;
/** At the start: a page of the whole log may take long on a disk that is busy, and nobody waits yet. */
const REPLAY_MS_MAX = 30_000;
const REPLAYERS_MAX = 3;
/** What others have added is found then at the latest, should their signal not come. */
const POLL_MS = 1_000;

export interface PostgresRocketStoreOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly channelsMax: number;
  /** False: there is nobody to tell, and nothing is put into the outbox. */
  readonly tellsEvents: boolean;
  readonly queryMsMax?: number;
  readonly pollMs?: number;
}

/**
 * Keeps a log of all messages in PostgreSQL, for ever, and the tracks in memory: they are what the log
 * makes of them. Any number of monitors share a log; before one tells of a rocket it reads what the
 * others have added. While PostgreSQL is away every question fails.
 */
@Injectable()
export class PostgresRocketStore
  extends RocketStore
  implements OnModuleInit, OnApplicationShutdown
{
  readonly #logger = new Logger(PostgresRocketStore.name);
  readonly #faults: FaultLog;
  readonly #writing: LogConnections;
  readonly #reading: LogConnections;
  readonly #signal: ChangeSignal;
  readonly #history: LogHistory;
  readonly #rejections: LogRejections;
  readonly #tracks: LogTracks;
  readonly #listeners: ChangeListener[] = [];
  #follower: LogFollower;
  #writer: LogWriter;
  #wake = (): void => undefined;
  #cancelPoll: CancelTimer = () => undefined;
  #isClosed = false;

  constructor(private readonly options: PostgresRocketStoreOptions) {
    super();
    const { url, clock, channelsMax, queryMsMax } = options;
    const common = { url, ...(queryMsMax !== undefined && { queryMsMax }) };
    this.#writing = new LogConnections({ ...common, max: WRITERS_MAX, isDurable: true });
    this.#reading = new LogConnections({ ...common, max: READERS_MAX, isDurable: false });
    this.#faults = new FaultLog(this.#logger, clock);
    this.#signal = new ChangeSignal(url, this.#reading, clock, () => void this.#followUp());
    this.#history = new LogHistory(this.#reading);
    this.#rejections = new LogRejections(this.#reading);
    this.#tracks = new LogTracks(channelsMax, (channels) => {
      for (const listener of this.#listeners) listener(channels);
    });
  }

  /** @param wake called when an event was put into the outbox */
  onEvent(wake: () => void): void {
    this.#wake = wake;
  }

  /** Reads the log: until then nothing is known. */
  async onModuleInit(): Promise<void> {
    const { clock, tellsEvents } = this.options;
    const startedMs = clock.monotonicMs();
    const { tracks, checkpoints, snapshot, messageCount } = await this.#replay();
    for (const track of tracks) this.#tracks.begin(track, checkpoints.get(track.channel) ?? 0);
    const tookMs = Math.round(clock.monotonicMs() - startedMs);
    if (messageCount > 0)
      this.#logger.log({ message: 'The log of rockets is read', messages: messageCount, tookMs });
    this.#follower = new LogFollower(this.#reading, snapshot, (news) => this.#tracks.apply(news));
    this.#writer = new LogWriter({
      connections: this.#writing,
      follower: this.#follower,
      tracks: this.#tracks,
      clock,
      tellsEvents,
      onAdded: () => this.#signal.announce(),
      onTold: () => this.#wake(),
    });
    await this.#signal.listen();
    this.#pollLater();
  }

  async take(arrival: RocketArrival): Promise<Taken> {
    const outcome = await this.#writer.take(arrival);
    return { outcome, endsPage: outcome === 'new' && this.#tracks.endsPage(arrival.channel) };
  }

  async find(channels: readonly string[]): Promise<(RocketTrack | null)[]> {
    await this.#follower.catchUp();
    return channels.map((channel) => this.#tracks.tracks.get(channel));
  }

  async list(page: { readonly after: string; readonly limit: number }): Promise<RocketTrack[]> {
    await this.#follower.catchUp();
    return this.#tracks.tracks.list(page);
  }

  async channels(): Promise<string[]> {
    await this.#follower.catchUp();
    return this.#tracks.tracks.namesByUpdate();
  }

  history(channel: string, query: HistoryQuery): Promise<RocketArrival[]> {
    return this.#history.find(channel, query);
  }

  checkpoint(channel: string, atMost: number): Promise<RocketCheckpoint> {
    return this.#history.checkpoint(channel, atMost);
  }

  keepCheckpoint(channel: string, checkpoint: RocketCheckpoint): Promise<void> {
    return this.#history.keepCheckpoint(channel, checkpoint);
  }

  async reject(message: RejectedMessage): Promise<void> {
    const counts = await this.#rejections.add(message);
    if (counts.length === 0) return;
    this.#tracks.apply({ messages: [], counts });
    this.#signal.announce();
  }

  rejected(limit: number): Promise<RejectedMessage[]> {
    return this.#rejections.newest(limit);
  }

  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  tellChanges(): Promise<void> {
    return this.#follower.catchUp();
  }

  async health(): Promise<PartHealth> {
    const counts = { kind: 'postgres', ...this.#tracks.tracks.counts() };
    try {
      await this.#follower.catchUp();
    } catch (fault) {
      return { status: 'down', reason: awayReason(fault), ...counts };
    }
    const reasons = [
      ...(this.#tracks.tracks.isFull ? ['A limit is reached'] : []),
      ...(this.#signal.isListening ? [] : ['Changes of other monitors are heard late']),
      ...(this.#follower.span < SPAN_DEGRADED
        ? []
        : ['A transaction in PostgreSQL is open for long, and each reading takes longer']),
    ];
    return reasons.length === 0
      ? { status: 'up', ...counts }
      : { status: 'degraded', reason: reasons.join('; '), ...counts };
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isClosed = true;
    this.#cancelPoll();
    this.#signal.close();
    await Promise.all([this.#writing.end(), this.#reading.end()]);
  }

  async #replay(): Promise<Replayed> {
    const { url } = this.options;
    const connections = new LogConnections({
      url,
      max: REPLAYERS_MAX,
      isDurable: false,
      queryMsMax: REPLAY_MS_MAX,
    });
    try {
      return await replayLog(connections, { usesCheckpoints: true });
    } finally {
      await connections.end();
    }
  }

  #pollLater(): void {
    if (this.#isClosed) return;
    const { clock, pollMs = POLL_MS } = this.options;
    this.#cancelPoll = clock.after(pollMs, () => {
      void this.#followUp().then(() => this.#pollLater());
    });
  }

  async #followUp(): Promise<void> {
    try {
      await this.#follower.catchUp();
    } catch (fault) {
      if (!this.#isClosed) this.#faults.note('The log of rockets cannot be read', fault);
    }
  }
}
