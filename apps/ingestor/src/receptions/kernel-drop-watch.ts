import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundLoop, Clock } from '#common/platform';
import { ArchiveWriter } from '../archive/archive-writer.js';
import { UdpServer } from '../udp/udp.server.js';
import type { Reception } from './reception.js';

export const LOOK_EVERY_MS = 1_000;

/** As it was when last looked at. */
interface Counter {
  readonly port: number;
  /** Null: it could not be read yet. What the socket dropped before is not this reception's. */
  readonly drops: number | null;
}

/**
 * What the kernel drops at the sockets of open receptions. Its counter goes with the socket, so it is
 * looked at all the time: an overload shows while it lasts, and of a process that dies no more than a
 * second of it goes unexplained.
 */
@Injectable()
export class KernelDropWatch implements OnApplicationBootstrap {
  readonly #seen = new Map<Reception, Counter>();
  readonly #loop: BackgroundLoop;

  constructor(
    private readonly udp: UdpServer,
    private readonly writer: ArchiveWriter,
    clock: Clock,
  ) {
    this.#loop = new BackgroundLoop(clock, () => this.#round());
  }

  onApplicationBootstrap(): void {
    this.#loop.start(LOOK_EVERY_MS);
  }

  /** With a last look at every socket that is open still: right before they are closed. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.#round();
  }

  /** From now on the steps of the counter are this reception's. It has an address. */
  async begin(reception: Reception): Promise<void> {
    const { port } = reception.address!;
    this.#seen.set(reception, { port, drops: await this.udp.kernelDrops(port) });
  }

  /** With a last look, for which its port must be open still. */
  async end(reception: Reception): Promise<void> {
    await this.#look(reception);
    this.#seen.delete(reception);
  }

  async #round(): Promise<number> {
    await Promise.all(
      [...this.#seen.keys()].map(async (reception) => {
        // The account is kept with what it counts, also while no packet comes through.
        if ((await this.#look(reception)) > 0) this.writer.touch(reception);
      }),
    );
    return LOOK_EVERY_MS;
  }

  /** How many it dropped since the last look; two at a time count nothing twice. */
  async #look(reception: Reception): Promise<number> {
    const port = reception.address?.port;
    const drops = port === undefined ? null : await this.udp.kernelDrops(port);
    const seen = this.#seen.get(reception);
    if (port === undefined || drops === null || seen === undefined) return 0;
    // A reception that has moved meanwhile has a port of its own, whose counter begins anew.
    const before = seen.port === port ? seen.drops : 0;
    const step = drops - (before ?? drops);
    if ((step <= 0 && before !== null) || port !== reception.address?.port) return 0;
    this.#seen.set(reception, { port, drops });
    reception.account.dropInKernel(step);
    return step;
  }
}
