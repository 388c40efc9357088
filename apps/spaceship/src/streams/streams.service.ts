import { randomInt } from 'node:crypto';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { StreamPhase, StreamRedirectDto, StreamRequestDto } from '#common/contracts';
import { type DatagramChannel, DatagramSender, StreamTargets } from '#common/datagrams';
import { DomainError } from '#common/domain';
import { Clock } from '#common/platform';
import type { LedgerRecord } from '../faults/ledger-entries.js';
import { SpaceshipConfig } from '../spaceship.config.js';
import { EndedStreams } from './ended-streams.js';
import { keyIn, planStream } from './stream-plan.js';
import { Stream, type StreamSnapshot } from './stream.js';

/** The closing packets go to the kernel, which takes them at once or never. */
const STOP_DEADLINE_MS = 2_000;
/** `randomInt` draws no larger range. */
const SEED_RANGE = 2 ** 48 - 1;

/** A ledger, and how far its stream was when it was taken. */
export interface LedgerView {
  readonly eventKey: string;
  readonly phase: StreamPhase;
  readonly record: LedgerRecord;
}

/** Starts, counts, limits and stops streams. */
@Injectable()
export class StreamsService implements OnApplicationShutdown {
  readonly #logger = new Logger(StreamsService.name);
  readonly #sending = new Map<string, Stream>();
  /** In order of arrival. */
  readonly #waiting = new Map<string, Stream>();
  /** Asked to stop, with what to call when they are over. No second stop finds them. */
  readonly #stopping = new Map<string, () => void>();
  readonly #ended = new EndedStreams();

  constructor(
    private readonly config: SpaceshipConfig,
    private readonly sender: DatagramSender,
    private readonly clock: Clock,
    private readonly targets: StreamTargets,
  ) {}

  /** STREAM_TARGET_REFUSED for an address that must not or cannot be reached; STREAM_QUEUE_FULL. */
  async start(request: StreamRequestDto): Promise<StreamSnapshot> {
    const target = this.targets.admit(request.host, request.port);
    const hasPlace = this.#hasPlace();
    if (!hasPlace && this.#waiting.size >= this.config.SPACESHIP_STREAMS_WAITING_MAX) {
      throw new DomainError('STREAM_QUEUE_FULL', 'Too many streams wait already');
    }
    const stream = new Stream(
      planStream(request, target, randomInt(SEED_RANGE)),
      keyIn(request),
      {
        datagramsPerSecondMax: this.config.SPACESHIP_DATAGRAMS_PER_SECOND_MAX,
        lifeMsMax: this.config.SPACESHIP_STREAM_LIFE_SECONDS_MAX * 1_000,
      },
      this.clock,
    );
    if (hasPlace) await this.#open(stream);
    else this.#queue(stream);
    return stream.snapshot();
  }

  /** Those that send and those that wait. */
  get activeCount(): number {
    return this.#sending.size + this.#waiting.size;
  }

  /** STREAM_NOT_FOUND */
  find(eventKey: string): StreamSnapshot {
    const stream = this.#sending.get(eventKey) ?? this.#waiting.get(eventKey);
    const snapshot = stream?.snapshot() ?? this.#ended.find(eventKey);
    if (snapshot === undefined) throw notFound();
    return snapshot;
  }

  /** STREAM_NOT_FOUND */
  ledger(eventKey: string): LedgerView {
    const stream = this.#sending.get(eventKey) ?? this.#waiting.get(eventKey);
    const record = stream?.ledger() ?? this.#ended.ledgerOf(eventKey);
    if (record === undefined) throw notFound();
    return { eventKey, phase: this.find(eventKey).phase, record };
  }

  /**
   * Ends a stream; when this resolves, all that it will ever send has left. A stream that ended by
   * itself can be stopped once, for its account. STREAM_NOT_FOUND for any other.
   */
  async stop(eventKey: string): Promise<StreamSnapshot> {
    if (this.#stopping.has(eventKey)) throw notFound();
    const waiting = this.#waiting.get(eventKey);
    if (waiting) return this.#giveUp(waiting);

    const stream = this.#sending.get(eventKey);
    if (!stream) return this.#ended.collect(eventKey) ?? raise(notFound());
    await this.#stopRunning(stream);
    return stream.snapshot();
  }

  /**
   * Sends the rest of a stream elsewhere, its numbers going on. STREAM_NOT_FOUND for one that is over
   * or being stopped; STREAM_TARGET_REFUSED, and nothing changes.
   */
  async redirect(eventKey: string, request: StreamRedirectDto): Promise<StreamSnapshot> {
    const target = this.targets.admit(request.host, request.port);
    const apid = request.apid ?? null;
    const waiting = this.#waiting.get(eventKey);
    if (waiting) return (await waiting.redirect(target, apid)) ?? raise(notFound());
    if (!this.#isRunning(eventKey)) throw notFound();
    const channel = await this.sender.open(target).catch((cause: unknown) => {
      throw unreachable(cause);
    });
    const stream = this.#isRunning(eventKey) ? this.#sending.get(eventKey) : undefined;
    const redirected = await stream?.redirect(target, apid, channel);
    if (redirected) return redirected;
    await channel.close();
    throw notFound();
  }

  async onApplicationShutdown(): Promise<void> {
    for (const stream of this.#waiting.values()) this.#giveUp(stream);
    const running = [...this.#sending.keys()].filter((key) => !this.#stopping.has(key));
    await Promise.all(running.map((eventKey) => this.stop(eventKey)));
  }

  #isRunning(eventKey: string): boolean {
    return this.#sending.has(eventKey) && !this.#stopping.has(eventKey);
  }

  #stopRunning(stream: Stream): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(STOP_DEADLINE_MS, resolve);
      this.#stopping.set(stream.eventKey, () => {
        cancel();
        resolve();
      });
      stream.requestStop();
    });
  }

  #hasPlace(): boolean {
    return this.#sending.size < this.config.SPACESHIP_STREAMS_MAX;
  }

  /** Its contact may be long over when its turn comes: whoever looks for the reason finds it here. */
  #queue(stream: Stream): void {
    const { eventKey, plan } = stream;
    this.#waiting.set(eventKey, stream);
    const message = 'A stream waits: SPACESHIP_STREAMS_MAX others send';
    this.#logger.warn({ message, eventKey, shipName: plan.shipName });
  }

  #giveUp(stream: Stream): StreamSnapshot {
    this.#waiting.delete(stream.eventKey);
    stream.end('stopped');
    this.#ended.add(stream.snapshot(), stream.ledger(), true);
    return stream.snapshot();
  }

  /** Takes the place before the channel is open, so that two requests never share one. */
  async #open(stream: Stream): Promise<void> {
    this.#sending.set(stream.eventKey, stream);
    let channel: DatagramChannel;
    try {
      channel = await this.sender.open(stream.plan.target);
    } catch (cause) {
      this.#sending.delete(stream.eventKey);
      this.#callNext();
      throw unreachable(cause);
    }
    const { eventKey, plan } = stream;
    // Before its first datagram: whoever asks after a crash finds every stream that ever sent.
    this.#logger.log({ message: 'A stream started', eventKey, shipName: plan.shipName });
    void this.#run(stream, channel);
  }

  async #run(stream: Stream, channel: DatagramChannel): Promise<void> {
    try {
      await stream.run(channel);
    } catch (fault) {
      this.#logger.error(fault);
    }
    this.#finish(stream);
  }

  #callNext(): void {
    const [next] = this.#waiting.values();
    if (next === undefined || !this.#hasPlace()) return;
    this.#waiting.delete(next.eventKey);
    void this.#open(next).catch((fault: unknown) => {
      this.#logger.warn(fault instanceof Error ? fault.message : fault);
      next.end('unreachable');
      this.#keepAccount(next);
    });
  }

  #finish(stream: Stream): void {
    this.#sending.delete(stream.eventKey);
    this.#keepAccount(stream);
    this.#callNext();
  }

  #keepAccount(stream: Stream): void {
    const { eventKey, lastSequence, sent, endReason } = stream.snapshot();
    const whenOver = this.#stopping.get(eventKey);
    this.#stopping.delete(eventKey);
    this.#ended.add(stream.snapshot(), stream.ledger(), whenOver !== undefined);
    this.#logger.log({ message: 'A stream ended', eventKey, lastSequence, sent, endReason });
    whenOver?.();
  }
}

const notFound = (): DomainError => new DomainError('STREAM_NOT_FOUND', 'Event key not found');

const unreachable = (cause: unknown): DomainError =>
  new DomainError('STREAM_TARGET_REFUSED', 'host cannot be reached from here', {
    field: 'host',
    cause,
  });

function raise(fault: Error): never {
  throw fault;
}
