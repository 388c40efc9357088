import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Clock } from '#common/platform';
import { ReceptionsService } from './receptions/receptions.service.js';
import { ArchiveWriter } from './telemetry/archive-writer.js';
import { UdpServer } from './udp/udp.server.js';

/** Together with a second for the sockets they stay within the deadline of the process. */
const COURSES_DEADLINE_MS = 4_000;
const FLUSH_DEADLINE_MS = 3_000;

/**
 * The order matters: no new course, then the sockets (what is in their queues belongs to the open
 * contacts), then the archive, and only after this hook Nest closes the database.
 */
@Injectable()
export class IngestorShutdown implements BeforeApplicationShutdown {
  constructor(
    private readonly receptions: ReceptionsService,
    private readonly udp: UdpServer,
    private readonly writer: ArchiveWriter,
    private readonly clock: Clock,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.#stopReceptions();
    await this.udp.close();
    await this.writer.close(FLUSH_DEADLINE_MS);
  }

  /** A course that waits for a ship or a database that is away is left to the next start. */
  async #stopReceptions(): Promise<void> {
    let cancel = (): void => undefined;
    const deadline = new Promise<void>((resolve) => {
      cancel = this.clock.after(COURSES_DEADLINE_MS, resolve);
    });
    await Promise.race([this.receptions.stop(), deadline]);
    cancel();
  }
}
