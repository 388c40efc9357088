import { Injectable } from '@nestjs/common';
import type { ShipStatement } from '#common/domain';
import { Clock } from '#common/platform';
import { ArchiveWriter } from '../archive/archive-writer.js';
import { ReceptionRoutes } from '../intake/reception-routes.js';
import { UdpServer } from '../udp/udp.server.js';
import { AddressPool } from './address-pool.js';
import { KernelDropWatch } from './kernel-drop-watch.js';
import type { Reception } from './reception.js';
import { ReceptionStore } from './reception-store.port.js';

/** What the ship sent before its stop may still be on the way. */
const QUIET_MS = 200;
const DRAIN_DEADLINE_MS = 2_000;
const LOOK_EVERY_MS = 10;
/** A process that stood still for longer than the deadline has not looked yet. */
const LOOKS_MIN = 10;
const CLOSING_PACKETS = 3;
const DRAWN_AWAY_MS = 60_000;

/** The first and the last steps at the sockets: listen, wait for what is under way, let go. */
@Injectable()
export class ReceptionListener {
  constructor(
    private readonly udp: UdpServer,
    private readonly routes: ReceptionRoutes,
    private readonly addresses: AddressPool,
    private readonly writer: ArchiveWriter,
    private readonly store: ReceptionStore,
    private readonly clock: Clock,
    private readonly drops: KernelDropWatch,
  ) {}

  /**
   * Until all is there that the ship says it sent, or nothing has come for a while and nothing waits to
   * be read: on a busy machine that takes longer.
   */
  async drain(reception: Reception, statement: ShipStatement | null): Promise<void> {
    // It sends on: its contact has what came up to its end.
    if (reception.foreign) return;
    const from = this.clock.monotonicMs();
    const isQuiet = (): boolean =>
      this.clock.monotonicMs() - Math.max(from, reception.lastDatagramAtMonotonicMs) >= QUIET_MS;
    const isDue = (): boolean => this.clock.monotonicMs() - from < DRAIN_DEADLINE_MS;
    for (let look = 0; look < LOOKS_MIN || isDue(); look += 1) {
      if (statement && isAllThere(reception, statement)) return;
      // Quiet still, after what came during the look.
      if (isQuiet() && !(await this.#hasMore(reception)) && isQuiet()) return;
      await this.clock.sleep(LOOK_EVERY_MS);
    }
  }

  async #hasMore({ address }: Reception): Promise<boolean> {
    return address !== null && this.udp.hasMore(address.port);
  }

  /** From now on its datagrams, and the steps of the kernel's counter, are this reception's. */
  async listen(reception: Reception): Promise<void> {
    if (!reception.address || this.routes.has(reception)) return;
    await this.drops.begin(reception);
    this.routes.add(reception);
  }

  /** After the last look at the kernel's counter, since that goes with the socket. */
  async release(reception: Reception): Promise<void> {
    const { address } = reception;
    if (!address) return;
    await this.drops.end(reception);
    if (reception.mayBeSentTo) await this.addresses.retire(address, this.#restsUntilMs(reception));
    else await this.addresses.release(address);
    this.routes.remove(reception);
    reception.address = null;
  }

  /** Whoever has it now draws the stream away, if it lives at all. */
  #restsUntilMs({ endCause, surelyOverAtMs }: Reception): number {
    if (endCause !== 'lost') return surelyOverAtMs;
    return Math.min(surelyOverAtMs, this.clock.monotonicMs() + DRAWN_AWAY_MS);
  }

  /** What the archive holds of it, once it has everything. */
  async samplesStored(reception: Reception): Promise<number> {
    await this.writer.flush();
    if (this.writer.hasLost) await this.#lookWhatIsLost(reception);
    return this.store.samplesStored(reception.contactId);
  }

  /** The disk cannot say whose batches it has lost, so each account is held against the archive. */
  async #lookWhatIsLost({ contactId, account }: Reception): Promise<void> {
    const [stored] = await this.store.unfinished([contactId]);
    if (stored) account.keepOnly(stored.good);
  }
}

const isAllThere = ({ account }: Reception, statement: ShipStatement): boolean =>
  account.isComplete(statement) &&
  (account.accounting === 'totals' || account.control >= CLOSING_PACKETS);
