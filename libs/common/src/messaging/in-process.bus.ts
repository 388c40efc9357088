import { Logger } from '@nestjs/common';
import type { ClientProxy } from '@nestjs/microservices';
import { type Clock, type PartHealth, SystemClock } from '#common/platform';
import { Bus, type Publisher } from './bus.js';
import type { Envelope } from './envelope.js';
import { DeadLetteredError, isHopeless, UnroutableError } from './delivery.errors.js';
import { DELIVERY_LIMIT } from './delivery.policy.js';
import { InProcessClient } from './in-process.client.js';
import { InProcessServer } from './in-process.server.js';

const REDELIVERY_DELAY_MS = 100;
/** Messages under way at one time; one more is refused, and its outbox sends it again. */
const MESSAGES_MAX = 4_096;

/**
 * The bus where all apps share one process. It keeps no message of its own: publishing is done when
 * every app that listens has handled the message, so until then the publisher's outbox keeps it,
 * also over a crash. Packets go through JSON, so that the contract is the same as over a wire.
 */
export class InProcessBus extends Bus {
  readonly #logger = new Logger(InProcessBus.name);
  readonly #servers = new Map<string, InProcessServer>();
  #inFlightCount = 0;
  #deadLetterCount = 0;
  #isClosed = false;

  constructor(private readonly clock: Clock = new SystemClock()) {
    super();
  }

  server(app: string): InProcessServer {
    return new InProcessServer({
      open: (server) => void this.#servers.set(app, server),
      close: () => void this.#servers.delete(app),
    });
  }

  publisher(): Publisher {
    return this;
  }

  client(): ClientProxy {
    return new InProcessClient(this);
  }

  async publish(message: Envelope): Promise<void> {
    const key = message.type;
    const listeners = [...this.#servers].filter(([, server]) => server.listensTo(key));
    if (listeners.length === 0) throw new UnroutableError(key);
    if (this.#inFlightCount >= MESSAGES_MAX) throw new Error('The bus is full');

    this.#inFlightCount += 1;
    const packet = JSON.stringify(message);
    try {
      await Promise.all(listeners.map(([app, server]) => this.#deliver(app, server, packet)));
    } finally {
      this.#inFlightCount -= 1;
    }
  }

  async request(key: string, packet: string): Promise<string> {
    const server = [...this.#servers.values()].find((one) => one.listensTo(key));
    if (!server) throw new UnroutableError(key);
    return server.respond(key, packet);
  }

  health(): PartHealth {
    return { status: 'up', carrier: 'in-process', dead_letters: this.#deadLetterCount };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#servers.clear();
  }

  async #deliver(app: string, server: InProcessServer, packet: string): Promise<void> {
    for (let delivery = 1; ; delivery += 1) {
      try {
        return await server.receive(packet);
      } catch (fault) {
        if (isHopeless(fault)) throw this.#deadLetter(app, packet, fault);
        if (this.#isClosed || delivery >= DELIVERY_LIMIT) throw fault;
        await this.clock.sleep(REDELIVERY_DELAY_MS * delivery);
      }
    }
  }

  #deadLetter(app: string, packet: string, fault: unknown): DeadLetteredError {
    this.#deadLetterCount += 1;
    const { id, type } = JSON.parse(packet) as Envelope;
    this.#logger.error({ message: `${app} cannot handle ${type}`, message_id: id, fault });
    return new DeadLetteredError(app, type, { cause: fault });
  }
}
