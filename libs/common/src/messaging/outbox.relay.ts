import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { ClientProxy } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { type CancelTimer, type Clock, FaultLog } from '#common/platform';
import { DeadLetteredError, UnroutableError } from './delivery.errors.js';
import type { Outbox, OutboxMessage } from './outbox.port.js';
import { within } from './rabbitmq/within.js';

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
  #confirmed: string[] = [];
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
    await Promise.all(this.#inFlight.values());
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

  #track(message: OutboxMessage): void {
    const { id } = message.envelope;
    if (this.#inFlight.has(id)) return;
    const publishing = this.#publish(message).finally(() => {
      this.#inFlight.delete(id);
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
    const { client, clock } = this.options;
    const sending = client.emit(envelope.type, envelope);
    try {
      const sent = lastValueFrom(sending, { defaultValue: undefined });
      await within(clock, PUBLISH_TIMEOUT_MS, sent);
      return null;
    } catch (fault) {
      const isUnheard = fault instanceof UnroutableError;
      if (isUnheard && !this.options.mandatory.has(envelope.type)) return null;
      return fault instanceof Error ? fault : new Error(String(fault));
    }
  }

  /** What is confirmed in the same turn goes to the outbox as one statement. */
  async #confirm({ envelope }: OutboxMessage): Promise<void> {
    this.#confirmed.push(envelope.id);
    await Promise.resolve();
    const ids = this.#confirmed;
    this.#confirmed = [];
    if (ids.length > 0) await this.options.outbox.confirm(ids);
  }

  async #keep({ envelope, attempt }: OutboxMessage, fault: Error): Promise<void> {
    if (fault instanceof DeadLetteredError || attempt >= ATTEMPTS_MAX)
      return this.options.outbox.bury(envelope.id, fault.message);
    const delayMs = Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS * 2 ** Math.min(attempt - 1, 10));
    await this.options.outbox.postpone(envelope.id, delayMs, fault.message);
  }
}
