import { join } from 'node:path';
import { startPostgresql } from '../services/postgresql.js';
import type { Service, ServiceName } from '../services/service.js';
import { startAll } from '../services/start.js';

/** PostgreSQL and Redis of our own, each from the first time that it is asked for. */
export class Servers {
  readonly #started = new Map<ServiceName, Promise<Service>>();

  constructor(
    private readonly folder: string,
    private readonly log: (line: string) => void,
    private readonly signal: AbortSignal,
  ) {}

  async urlOf(name: 'postgresql' | 'redis'): Promise<string> {
    return (await this.#service(name)).url;
  }

  async pidOf(name: 'postgresql' | 'redis'): Promise<number> {
    return (await this.#service(name)).pid;
  }

  async stop(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#started.values());
    const services = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    await Promise.all(services.map((service) => service.stop()));
  }

  #service(name: ServiceName): Promise<Service> {
    const service = this.#started.get(name) ?? this.#start(name);
    this.#started.set(name, service);
    return service;
  }

  async #start(name: ServiceName): Promise<Service> {
    const [service] = await startAll([name], {
      folderOf: (one) => join(this.folder, one),
      staysBehind: false,
      startPostgresql: (own) => startPostgresql({ folder: own }),
      log: this.log,
      signal: this.signal,
    });
    if (service === undefined) throw new Error(`${name} was not started.`);
    return service;
  }
}
