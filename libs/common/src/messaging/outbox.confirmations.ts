import type { Outbox } from './outbox.port.js';

/** What the bus has and the outbox does not know of yet; more than these hold up what is to be sent. */
const UNCONFIRMED_MAX = 10_000;

export interface OutboxConfirmationsOptions {
  readonly outbox: Outbox;
  /** Some messages are told of, or could not be: they are sent once more after their lease. */
  readonly onTold: (fault: unknown) => void;
}

/**
 * Tells an outbox what the bus has, one statement at a time: what comes meanwhile goes together with
 * the next. Nobody waits for it, so the bus gets its messages as fast as it takes them.
 */
export class OutboxConfirmations {
  readonly #ids = new Set<string>();
  #untold: string[] = [];
  #telling: Promise<void> | null = null;

  constructor(private readonly options: OutboxConfirmationsOptions) {}

  get isFull(): boolean {
    return this.#ids.size >= UNCONFIRMED_MAX;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.add(id);
    this.#untold.push(id);
    this.#telling ??= this.#tellAll();
  }

  /** Done when the outbox knows of all. */
  async settled(): Promise<void> {
    await this.#telling;
  }

  async #tellAll(): Promise<void> {
    // What is confirmed in the same turn goes together.
    await Promise.resolve();
    while (this.#untold.length > 0) {
      const ids = this.#untold;
      this.#untold = [];
      const fault = await this.#tell(ids);
      for (const id of ids) this.#ids.delete(id);
      this.options.onTold(fault);
    }
    this.#telling = null;
  }

  /** Null, or why they could not be told. */
  async #tell(ids: readonly string[]): Promise<unknown> {
    try {
      await this.options.outbox.confirm(ids);
      return null;
    } catch (fault) {
      return fault;
    }
  }
}
