import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type CancelTimer, type Clock, FaultLog } from '#common/platform';
import type { Publisher } from './bus.js';
import { DeadLetteredError, UnroutableError } from './delivery.errors.js';
import type { Envelope } from './envelope.js';
import { HandedOver } from './handed-over.js';
import { OutboxConfirmations } from './outbox.confirmations.js';
import type { Outbox, OutboxMessage } from './outbox.port.js';

/** A broker that blocks must not let the memory grow: so many wait for its confirmation, no more. */
export const IN_FLIGHT_MAX = 256;
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

/** A handed over message that goes into the outbox after all, and how long it is this relay's there. */
export interface LeasedMessage {
  readonly id: string;
  readonly leaseMs: number;
}

export interface OutboxRelayOptions {
  readonly outbox: Outbox;
  readonly publisher: Publisher;
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
  readonly #handedOver = new HandedOver();
  readonly #confirmations: OutboxConfirmations;
  #isRunning = false;
  #isWoken = false;
  #round: Promise<void> | null = null;
  #cancelPoll: CancelTimer | null = null;

  readonly #faults: FaultLog;

  constructor(private readonly options: OutboxRelayOptions) {
    this.#faults = new FaultLog(new Logger(OutboxRelay.name), options.clock);
    this.#confirmations = new OutboxConfirmations({
      outbox: options.outbox,
      onTold: (fault) => {
        if (fault !== null) this.#faults.note('The outbox cannot be reached', fault);
        this.#goOn();
      },
    });
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
      if (this.#isWoken && this.#hasRoom) this.wake();
    });
  }

  /** Lets what is under way end; what is left waits in the outbox for the next start. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#cancelPoll?.();
    await this.#round;
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight.values());
    await this.#confirmations.settled();
  }

  /**
   * Sends what a change that is just committed tells of, before it is in the outbox: that spares most
   * messages the way into it and out again. They go before what waits there. Their store keeps in mind
   * that they are due, asks later for the `unsent` ones, and puts those into the outbox.
   */
  handOver(messages: readonly Envelope[]): void {
    if (!this.#isRunning) return;
    this.#handedOver.add(messages);
    this.#publishHandedOver();
  }

  /** Those that the bus does not have: they must go into the outbox. */
  unsent(ids: readonly string[]): LeasedMessage[] {
    return this.#handedOver
      .unsent(ids, this.options.clock.monotonicMs())
      .map(({ id, isUnderWay }) => ({ id, leaseMs: isUnderWay && this.#isRunning ? LEASE_MS : 0 }));
  }

  /** They are in the outbox now, claimed since they were asked for. */
  stored(ids: readonly string[]): void {
    for (const id of ids) if (this.#handedOver.store(id)) this.#confirmations.add(id);
  }

  /** The bus has them, and no outbox ever had. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.#handedOver.forget(id);
  }

  get #hasRoom(): boolean {
    return this.#inFlight.size < IN_FLIGHT_MAX && !this.#confirmations.isFull;
  }

  async #claimRounds(): Promise<void> {
    this.#cancelPoll?.();
    try {
      while (this.#isRunning && this.#isWoken && this.#hasRoom) {
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
    while (this.#isRunning && this.#hasRoom) {
      const envelope = this.#handedOver.next(now, LEASE_MS);
      if (envelope === null) return;
      if (this.#confirmations.has(envelope.id)) this.#handedOver.forget(envelope.id);
      else this.#track({ envelope, attempt: 1 });
    }
  }

  #track(message: OutboxMessage): void {
    const { id } = message.envelope;
    if (this.#inFlight.has(id) || this.#confirmations.has(id)) return;
    const publishing = this.#publish(message).finally(() => {
      this.#inFlight.delete(id);
      this.#goOn();
    });
    this.#inFlight.set(id, publishing);
  }

  /** A place has become free. */
  #goOn(): void {
    this.#publishHandedOver();
    if (this.#isWoken) this.wake();
  }

  /** Never fails: what cannot even be noted in the outbox is claimed again after its lease. */
  async #publish(message: OutboxMessage): Promise<void> {
    try {
      const fault = await this.#emit(message);
      if (fault === null) this.#sentOut(message);
      else if (!this.#handedOver.keepsFailed(message.envelope.id)) await this.#keep(message, fault);
    } catch (fault) {
      this.#faults.note('The outbox cannot be reached', fault);
    }
  }

  #sentOut({ envelope: { id } }: OutboxMessage): void {
    if (!this.#handedOver.keepsSent(id)) this.#confirmations.add(id);
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
    const { publisher, clock } = this.options;
    return new Promise<void>((resolve, reject) => {
      const cancel = clock.after(PUBLISH_TIMEOUT_MS, () =>
        reject(new Error(`The bus did not take ${envelope.type} in ${PUBLISH_TIMEOUT_MS} ms`)),
      );
      publisher.publish(envelope).then(resolve, reject).finally(cancel);
    });
  }

  async #keep({ envelope, attempt }: OutboxMessage, fault: Error): Promise<void> {
    if (fault instanceof DeadLetteredError || attempt >= ATTEMPTS_MAX)
      return this.options.outbox.bury(envelope.id, fault.message);
    const delayMs = Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS * 2 ** Math.min(attempt - 1, 10));
    await this.options.outbox.postpone(envelope.id, delayMs, fault.message);
  }
}
