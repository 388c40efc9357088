import type { Envelope } from './envelope.js';
import { HandlerServer } from './bus.server.js';

interface Registration {
  open(server: InProcessServer): void;
  close(): void;
}

/** An app's way in on the in-process bus. */
export class InProcessServer extends HandlerServer {
  readonly #registration: Registration;
  readonly #running = new Set<Promise<unknown>>();

  constructor(registration: Registration) {
    super();
    this.#registration = registration;
  }

  listen(callback: () => void): void {
    this.#registration.open(this);
    callback();
  }

  /** Takes no more, and waits for the handlers that run. */
  async close(): Promise<void> {
    this.#registration.close();
    await Promise.allSettled(this.#running);
  }

  receive(packet: string): Promise<void> {
    return this.#track(this.handleMessage(JSON.parse(packet) as Envelope));
  }

  async respond(key: string, packet: string): Promise<string> {
    const reply = await this.#track(this.answer(key, JSON.parse(packet)));
    return JSON.stringify(reply ?? null);
  }

  on(): never {
    throw new Error('The in-process bus has no events of its own');
  }

  unwrap<T>(): T {
    return this as unknown as T;
  }

  async #track<T>(handling: Promise<T>): Promise<T> {
    this.#running.add(handling);
    try {
      return await handling;
    } finally {
      this.#running.delete(handling);
    }
  }
}
