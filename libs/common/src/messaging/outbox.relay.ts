import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { ClientProxy } from '@nestjs/microservices';
import { type CancelTimer, type Clock, FaultLog } from '#common/platform';
import { DeadLetteredError, UnroutableError } from './delivery.errors.js';
import type { Envelope } from './envelope.js';
import type { Outbox, OutboxMessage } from './outbox.port.js';

/** A broker that blocks must not let the memory grow: so many wait for its confirmation, no more. */
export const IN_FLIGHT_MAX = 256;
/** Messages that were handed over and wait for a place among these. */
export const HANDED_OVER_MAX = 10_000;
/** After it a publish counts as failed, though the bus may have the message: receivers know it by id. */
const PUBLISH_TIMEOUT_MS = 10_000;
/**
 * Short, for whoever dies over his messages leaves them to the next only then. A message that is
 * still under way here is claimed again by the poll, which prolongs its lease, and not sent again.
 */
const LEASE_MS = 2_000;
/** Some fourteen hours of trying: then a person must look. */
const ATTEMPTS_MAX = 10_000;
/** Wakes are the rule; the poll finds what was left behind by a crash or postponed. */
const POLL_MS = 250;
const RETRY_DELAY_MS = 100;
const RETRY_DELAY_MS_MAX = 5_000;

/** Messages that are put into the outbox as claimed for `leaseMs` belong to this relay so long. */
export interface Handover {
  readonly leaseMs: number;
  /** On the relay's monotonic clock. */
  readonly endsAtMs: number;
}

interface HandedOver {
  readonly message: OutboxMessage;
  readonly endsAtMs: number;
}

export interface OutboxRelayOptions {
  readonly outbox: Outbox;
  readonly client: ClientProxy;
  readonly clock: Clock;
  /** Keys that somebody must take: unheard ones are sent again. Others may go unheard. */
  readonly mandatory: ReadonlySet<string>;
}

/**
 * The only place that publishes: moves messages from an outbox to the bus until the bus has them.
 * A message that takes long holds up none that come after it.
 */
export class OutboxRelay implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #inFlight = new Map<string, Promise<void>>();
  readonly #handedOver = new Set<HandedOver>();
  #confirmed: string[] = [];
  /** Takes in what is confirmed until the one before it has its answer. */
  #nextConfirm: Promise<void> | null = null;
  #lastConfirm: Promise<void> = Promise.resolve();
  #isRunning = false;
  #isWoken = false;
  #round: Promise<void> | null = null;
  #cancelPoll: CancelTimer | null = null;

  readonly #faults: FaultLog;

  constructor(private readonly options: OutboxRelayOptions) {
    this.#faults = new FaultLog(new Logger(OutboxRelay.name), options.clock);
  }

  onApplicationBootstrap(): void {
    this.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.stop();
  }

  start(): void {
    this.#isRunning = true;
    this.wake();
  }

  /** Something was put into the outbox: do not wait for the next poll. */
  wake(): void {
    if (!this.#isRunning) return;
    this.#isWoken = true;
    this.#round ??= this.#claimRounds().finally(() => {
      this.#round = null;
      if (this.#isWoken && this.#inFlight.size < IN_FLIGHT_MAX) this.wake();
    });
  }

  /** Lets what is under way end; what is left waits in the outbox for the next start. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#cancelPoll?.();
    await this.#round;
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight.values());
  }

  /**
   * Whoever is about to put up to `count` messages into the outbox may put them there as claimed, and
   * hand them over once they are committed: that spares the way back out of the outbox. Null while
   * there is no room for so many.
   */
  expectHandover(count: number): Handover | null {
    if (!this.#isRunning || this.#handedOver.size + count > HANDED_OVER_MAX) return null;
    return { leaseMs: LEASE_MS, endsAtMs: this.options.clock.monotonicMs() + LEASE_MS };
  }

  /** They go before what waits in the outbox. What cannot go in time waits there after all. */
  handOver({ endsAtMs }: Handover, messages: readonly OutboxMessage[]): void {
    for (const message of messages) this.#handedOver.add({ message, endsAtMs });
    this.#publishHandedOver();
  }

  async #claimRounds(): Promise<void> {
    this.#cancelPoll?.();
    try {
      while (this.#isRunning && this.#isWoken && this.#inFlight.size < IN_FLIGHT_MAX) {
        this.#isWoken = false;
        const room = IN_FLIGHT_MAX - this.#inFlight.size;
        const messages = await this.options.outbox.claim(room, LEASE_MS);
        if (messages.length === room) this.#isWoken = true;
        for (const message of messages) this.#track(message);
      }
    } catch (fault) {
      this.#faults.note('The outbox cannot be reached', fault);
    }
    if (this.#isRunning) this.#cancelPoll = this.options.clock.after(POLL_MS, () => this.wake());
  }

  #publishHandedOver(): void {
    const now = this.options.clock.monotonicMs();
    for (const one of this.#handedOver) {
      if (this.#inFlight.size >= IN_FLIGHT_MAX) return;
      this.#handedOver.delete(one);
      if (now < one.endsAtMs) this.#track(one.message);
      else this.wake();
    }
  }

  #track(message: OutboxMessage): void {
    const { id } = message.envelope;
    if (this.#inFlight.has(id)) return;
    const publishing = this.#publish(message).finally(() => {
      this.#inFlight.delete(id);
      this.#publishHandedOver();
      if (this.#isWoken) this.wake();
    });
    this.#inFlight.set(id, publishing);
  }

  /** Never fails: what cannot even be noted in the outbox is claimed again after its lease. */
  async #publish(message: OutboxMessage): Promise<void> {
    try {
      const fault = await this.#emit(message);
      await (fault === null ? this.#confirm(message) : this.#keep(message, fault));
    } catch (fault) {
      this.#faults.note('The outbox cannot be reached', fault);
    }
  }

  /** Null when the bus has the message. */
  async #emit({ envelope }: OutboxMessage): Promise<Error | null> {
    try {
      await this.#sent(envelope);
      return null;
    } catch (fault) {
      const isUnheard = fault instanceof UnroutableError;
      if (isUnheard && !this.options.mandatory.has(envelope.type)) return null;
      return fault instanceof Error ? fault : new Error(String(fault));
    }
  }

  #sent(envelope: Envelope): Promise<void> {
    const { client, clock } = this.options;
    return new Promise<void>((resolve, reject) => {
      const cancel = clock.after(PUBLISH_TIMEOUT_MS, () => {
        sending.unsubscribe();
        reject(new Error(`The bus did not take ${envelope.type} in ${PUBLISH_TIMEOUT_MS} ms`));
      });
      const sending = client.emit(envelope.type, envelope).subscribe({
        complete: () => {
          cancel();
          resolve();
        },
        error: (fault: unknown) => {
          cancel();
          reject(fault as Error);
        },
      });
    });
  }

  /** What is confirmed while the outbox is told of others goes to it together, as one statement. */
  #confirm({ envelope }: OutboxMessage): Promise<void> {
    this.#confirmed.push(envelope.id);
    this.#nextConfirm ??= this.#lastConfirm.then(() => this.#confirmAll());
    return this.#nextConfirm;
  }

  #confirmAll(): Promise<void> {
    const ids = this.#confirmed;
    this.#confirmed = [];
    this.#nextConfirm = null;
    const confirming = this.options.outbox.confirm(ids);
    this.#lastConfirm = confirming.catch(() => undefined);
    return confirming;
  }

  async #keep({ envelope, attempt }: OutboxMessage, fault: Error): Promise<void> {
    if (fault instanceof DeadLetteredError || attempt >= ATTEMPTS_MAX)
      return this.options.outbox.bury(envelope.id, fault.message);
    const delayMs = Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS * 2 ** Math.min(attempt - 1, 10));
    await this.options.outbox.postpone(envelope.id, delayMs, fault.message);
  }
}
