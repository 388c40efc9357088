import { randomUUID } from 'node:crypto';
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { StreamEndReason, StreamPhase } from '#common/contracts';
import type { DatagramChannel, StreamTarget } from '#common/datagrams';
import { type Instant, MICROS_PER_MILLISECOND } from '#common/domain';
import type { CancelTimer, Clock } from '#common/platform';
import { Flight } from '../faults/flight.js';
import type { LedgerRecord } from '../faults/ledger-entries.js';
import type { Departure } from '../faults/passage.js';
import { Pacer } from './pacer.js';
import { RefusalWatch } from './refusal-watch.js';
import type { StreamPlan } from './stream-plan.js';

/** Datagrams between two looks at the event loop, so that a fast stream leaves room for the rest. */
const BURST_DATAGRAMS_MAX = 128;
export const FIRST_SEQUENCE = 1;

export interface StreamLimits {
  readonly datagramsPerSecondMax: number;
  readonly lifeMsMax: number;
}

/** A look at a stream. Instants in Unix milliseconds. */
export interface StreamSnapshot {
  readonly eventKey: string;
  readonly plan: StreamPlan;
  readonly phase: StreamPhase;
  readonly lastSequence: number;
  readonly sent: number;
  readonly acceptedAtMs: number;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly endReason: StreamEndReason | null;
}

/** One stream from its acceptance to its end: waits, sends at its pace, closes. */
export class Stream {
  readonly eventKey = randomUUID();
  readonly #acceptedAtMs: number;
  readonly #periodMs: number;
  readonly #flight: Flight;
  #plan: StreamPlan;
  #channel: DatagramChannel | null = null;
  #refusals: RefusalWatch;
  /** What is being sent. */
  #burst: Promise<void> = Promise.resolve();
  #phase: StreamPhase = 'waiting';
  #latestInstant: Instant = 0;
  #startedAtMs: number | null = null;
  #startedMonotonicMs = 0;
  #endedAtMs: number | null = null;
  #endReason: StreamEndReason | null = null;
  #isStopRequested = false;
  #wake: () => void = () => undefined;

  /** @param key signs the packets; no plan and no snapshot tells it */
  constructor(
    plan: StreamPlan,
    key: Buffer | null,
    private readonly limits: StreamLimits,
    private readonly clock: Clock,
  ) {
    const periodMsMin = 1_000 / limits.datagramsPerSecondMax;
    this.#periodMs = Math.max(plan.intervalSeconds * 1_000, periodMsMin);
    this.#plan = plan;
    this.#refusals = new RefusalWatch(this.#periodMs);
    this.#flight = new Flight(plan, this.#periodMs, key, () => this.#nextInstant());
    this.#acceptedAtMs = clock.nowMs();
  }

  get plan(): StreamPlan {
    return this.#plan;
  }

  /** Sends until there is a reason to end, then what is held back and its goodbye; closes the channel. */
  async run(channel: DatagramChannel): Promise<void> {
    this.#channel = channel;
    this.#phase = 'sending';
    this.#startedAtMs = this.clock.nowMs();
    this.#startedMonotonicMs = this.clock.monotonicMs();
    let reason: StreamEndReason = 'stopped';
    try {
      reason = await this.#sendUntilOver();
      await this.#sendHeld();
      const closing = this.#flight.closing();
      this.#flight.closed(closing, await this.#channel.send(closing));
    } finally {
      await this.#channel.close();
      this.end(reason);
    }
  }

  /**
   * Goes on at another address. `channel` leads there, for a stream that sends; one that waits opens
   * its own in its turn. What is being sent still goes the old way. Null when it ended meanwhile.
   */
  async redirect(
    target: StreamTarget,
    apid: number | null,
    channel?: DatagramChannel,
  ): Promise<StreamSnapshot | null> {
    if (channel) await this.#burst;
    if (this.#phase === 'ended') return null;
    const before = this.#channel;
    this.#plan = { ...this.#plan, target, apid: apid ?? this.#plan.apid };
    if (apid !== null) this.#flight.useApid(apid);
    if (channel) {
      this.#channel = channel;
      this.#refusals = new RefusalWatch(this.#periodMs);
    }
    const snapshot = this.snapshot();
    if (channel) await before?.close();
    return snapshot;
  }

  /** A running stream ends as soon as what it is sending has left. */
  requestStop(): void {
    this.#isStopRequested = true;
    this.#wake();
  }

  /** Ends a stream that is not running; a second end changes nothing. */
  end(reason: StreamEndReason): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.#endReason = reason;
    this.#endedAtMs = this.clock.nowMs();
  }

  snapshot(): StreamSnapshot {
    return {
      eventKey: this.eventKey,
      plan: this.#plan,
      phase: this.#phase,
      lastSequence: this.#flight.lastSequence,
      sent: this.#flight.sent,
      acceptedAtMs: this.#acceptedAtMs,
      startedAtMs: this.#startedAtMs,
      endedAtMs: this.#endedAtMs,
      endReason: this.#endReason,
    };
  }

  ledger(): LedgerRecord {
    return this.#flight.ledger();
  }

  async #sendUntilOver(): Promise<StreamEndReason> {
    const pacer = new Pacer(this.#startedMonotonicMs, this.#periodMs);
    for (;;) {
      const channel = this.#channel!;
      if (this.#isStopRequested) return 'stopped';
      const nowMs = this.clock.monotonicMs();
      const leftMs = this.#leftMs(nowMs);
      if (leftMs <= 0) return 'expired';
      if (this.#refusals.isOver(nowMs, channel.refusalCount)) return 'refused';

      const flight = this.#flight;
      flight.allow(pacer.take(nowMs, BURST_DATAGRAMS_MAX - flight.allowedCount));
      await this.#send(flight.take(pacer.elapsedMs(nowMs), BURST_DATAGRAMS_MAX));
      if (flight.isFinished) return 'finished';
      const waitMs = Math.min(this.#waitMs(pacer), leftMs);
      // A timer would take a millisecond even where the next one is due already.
      await (waitMs === 0 ? othersTurn() : this.#pause(waitMs));
    }
  }

  #waitMs(pacer: Pacer): number {
    const { allowedCount, nextLeavesAtMs } = this.#flight;
    if (allowedCount > 0) return 0;
    const nowMs = this.clock.monotonicMs();
    return Math.max(0, Math.min(pacer.waitMs(nowMs), nextLeavesAtMs - pacer.elapsedMs(nowMs)));
  }

  /** Bounded by what a flight may hold. */
  async #sendHeld(): Promise<void> {
    for (;;) {
      const departures = this.#flight.drain(BURST_DATAGRAMS_MAX);
      if (departures.length === 0) return;
      await this.#send(departures);
      await othersTurn();
    }
  }

  /** Its life is a duration, its `until` a time of day. */
  #leftMs(monotonicMs: number): number {
    const lifeLeftMs = this.#startedMonotonicMs + this.limits.lifeMsMax - monotonicMs;
    const { until } = this.#plan;
    if (until === null) return lifeLeftMs;
    return Math.min(lifeLeftMs, until / MICROS_PER_MILLISECOND - this.clock.nowMs());
  }

  #send(departures: readonly Departure[]): Promise<void> {
    if (departures.length === 0) return Promise.resolve();
    this.#burst = this.#hand(this.#channel!, departures);
    return this.#burst;
  }

  async #hand(channel: DatagramChannel, departures: readonly Departure[]): Promise<void> {
    const refusedPlaces = await channel.send(departures.map(({ bytes }) => bytes));
    this.#flight.left(departures, refusedPlaces);
  }

  /** The ship's own clock: never goes back and never shows one instant twice. */
  #nextInstant(): Instant {
    const sinceStartMs = this.clock.monotonicMs() - this.#startedMonotonicMs;
    const nowMs = (this.#startedAtMs ?? 0) + sinceStartMs;
    const instant = Math.floor(nowMs * MICROS_PER_MILLISECOND);
    this.#latestInstant = Math.max(instant, this.#latestInstant + 1);
    return this.#latestInstant;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel: CancelTimer = this.clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
