import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Clock } from '#common/platform';
import { AlarmWatch } from './alarms/alarm-watch.js';
import { HoldingsLoop } from './receptions/holdings.loop.js';
import { KernelDropWatch } from './receptions/kernel-drop-watch.js';
import { LatePackets } from './receptions/late-packets.js';
import { Holdings } from './receptions/holdings.port.js';
import { ReceptionsService } from './receptions/receptions.service.js';
import { ArchiveWriter } from './archive/archive-writer.js';
import { UdpServer } from './udp/udp.server.js';

/** Together with a second for the sockets they stay within the deadline of the process. */
const COURSES_DEADLINE_MS = 4_000;
const FLUSH_DEADLINE_MS = 3_000;
const ALARMS_DEADLINE_MS = 500;
const LATE_DEADLINE_MS = 500;
const DROPS_DEADLINE_MS = 250;
const LEAVE_DEADLINE_MS = 500;

/**
 * The order matters: no new course, then the sockets (what is in their queues belongs to the open
 * contacts), then the archive, and only after this hook Nest closes the database.
 */
@Injectable()
export class IngestorShutdown implements BeforeApplicationShutdown {
  readonly #logger = new Logger(IngestorShutdown.name);

  constructor(
    private readonly holdings: Holdings,
    private readonly loop: HoldingsLoop,
    private readonly receptions: ReceptionsService,
    private readonly drops: KernelDropWatch,
    private readonly udp: UdpServer,
    private readonly writer: ArchiveWriter,
    private readonly alarms: AlarmWatch,
    private readonly late: LatePackets,
    private readonly clock: Clock,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.#within(COURSES_DEADLINE_MS, this.#stopReceptions());
    await this.#within(DROPS_DEADLINE_MS, this.drops.stop());
    await this.udp.close();
    await this.writer.close(FLUSH_DEADLINE_MS);
    await this.alarms.close(ALARMS_DEADLINE_MS);
    await this.#within(LATE_DEADLINE_MS, this.late.stop());
    // All is stored: another ingestor may go on.
    await this.#within(LEAVE_DEADLINE_MS, this.holdings.leave());
  }

  async #stopReceptions(): Promise<void> {
    await this.loop.stop();
    await this.receptions.stop();
  }

  /** What waits for a ship or a database that is away is left to whoever comes next. */
  async #within(deadlineMs: number, work: Promise<void>): Promise<void> {
    let cancel = (): void => undefined;
    const deadline = new Promise<void>((resolve) => {
      cancel = this.clock.after(deadlineMs, resolve);
    });
    await Promise.race([work.catch((fault: unknown) => this.#logger.warn(fault)), deadline]);
    cancel();
  }
}
