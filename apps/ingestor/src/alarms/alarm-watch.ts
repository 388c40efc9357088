import { Injectable, Logger } from '@nestjs/common';
import {
  type CancelTimer,
  Clock,
  FaultLog,
  type PartHealth,
  type ReadinessCheck,
} from '#common/platform';
import { SampleFeed } from '../live/sample-feed.js';
import { PacketReaders } from '../packets/packet-readers.js';
import type { AlarmRecord } from './alarm.js';
import { AlarmStore, CLEARED_ALARMS_MAX } from './alarm-store.port.js';
import { AlarmWriter } from './alarm-writer.js';
import { type OpenContact, OpenContacts } from './open-contacts.js';
import { SERIES_MAX, SeriesBudget } from './series-budget.js';
import type { ShipLimit } from './ship-limit.js';
import { ShipWatch } from './ship-watch.js';

/** How exact staleness is, and how soon limits that another process changed hold here. */
export const LOOK_EVERY_MS = 500;
export const WORST_EVERY_MS = 5_000;
const FORGET_EVERY_MS = 600_000;

interface WatchedShip {
  readonly watch: ShipWatch;
  readonly stop: () => void;
}

interface HeldAlarms {
  readonly shipName: string;
  readonly watch: ShipWatch;
  readonly alarms: readonly AlarmRecord[];
}

/** Holds what ships send against their limits. A ship that has none costs nothing. */
@Injectable()
export class AlarmWatch implements ReadinessCheck {
  readonly part = 'alarms';
  readonly #faults: FaultLog;
  readonly #ships = new Map<string, WatchedShip>();
  readonly #budget = new SeriesBudget(SERIES_MAX, () => this.#makeRoom());
  #revision = -1;
  /** That of the limits when our alarms were held against the list. */
  #correctedRevision = -1;
  #refreshing: Promise<void> = Promise.resolve();
  #round: Promise<void> | null = null;
  #isWoken = false;
  #isFailing = false;
  /** After a fault, until the timer tries again. */
  #isResting = false;
  #isStopped = false;
  #cancel: CancelTimer | null = null;
  #worstAtMs = 0;
  #forgottenAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly store: AlarmStore,
    private readonly writer: AlarmWriter,
    private readonly feed: SampleFeed,
    private readonly readers: PacketReaders,
    private readonly contacts: OpenContacts,
    private readonly clock: Clock,
  ) {
    this.#faults = new FaultLog(new Logger(AlarmWatch.name), clock);
  }

  /** Before the first packet is taken. @throws when the limits cannot be read */
  async start(): Promise<void> {
    await this.refresh();
    this.#next();
  }

  /** Limits were changed: done when they hold here. */
  refresh(): Promise<void> {
    // One after the other: an older answer must not come last.
    const done = this.#refreshing.then(() => this.#readLimits());
    this.#refreshing = done.catch(() => undefined);
    return done;
  }

  /** Judges no more; what waits is stored, as far as that works in time. */
  async close(deadlineMs: number): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    for (const { watch, stop } of this.#ships.values()) {
      stop();
      watch.reportWorst();
    }
    let cancel = (): void => undefined;
    const deadline = new Promise<void>((resolve) => {
      cancel = this.clock.after(deadlineMs, resolve);
    });
    const flushed = (this.#round ?? Promise.resolve()).then(() => this.writer.flush());
    const noted = flushed.catch((fault: unknown) => this.#faults.note('Alarms are lost', fault));
    await Promise.race([noted, deadline]);
    cancel();
  }

  check(): PartHealth {
    const details = {
      waiting: this.writer.waitingCount,
      ships_waiting: this.#waitingShips().length,
      lost: this.writer.lostCount,
      series: this.#budget.count,
      values_unjudged: this.#budget.refusedCount,
    };
    if (!this.#isFailing) return { status: 'up', ...details };
    return { status: 'degraded', reason: 'Alarms cannot be stored; they wait', ...details };
  }

  #next(): void {
    if (this.#isStopped) return;
    this.#cancel = this.clock.after(LOOK_EVERY_MS, () => {
      this.#look();
      this.#isResting = false;
      this.#wake();
      this.#next();
    });
  }

  #look(): void {
    const byShip = new Map<string, OpenContact[]>();
    for (const contact of this.contacts.list())
      byShip.set(contact.shipName, [...(byShip.get(contact.shipName) ?? []), contact]);
    for (const [shipName, { watch }] of this.#ships) watch.look(byShip.get(shipName) ?? []);
    if (this.clock.monotonicMs() - this.#worstAtMs < WORST_EVERY_MS) return;
    this.#worstAtMs = this.clock.monotonicMs();
    for (const { watch } of this.#ships.values()) watch.reportWorst();
  }

  #wake(): void {
    this.#isWoken = true;
    if (this.#round !== null || this.#isResting || this.#isStopped) return;
    this.#round = this.#rounds().finally(() => {
      this.#round = null;
    });
  }

  /** Never fails. */
  async #rounds(): Promise<void> {
    while (this.#isWoken && !this.#isResting && !this.#isStopped) {
      this.#isWoken = false;
      try {
        await this.#work();
        this.#isFailing = false;
      } catch (fault) {
        this.#isFailing = true;
        this.#isResting = true;
        this.#faults.note('Limits and alarms cannot be kept for now; it is tried again', fault);
      }
    }
  }

  /** In this order: what the list says of a ship must not be older than what we know. */
  async #work(): Promise<void> {
    if ((await this.store.limitsRevision()) !== this.#revision) await this.refresh();
    const revision = this.#revision;
    const held = revision === this.#correctedRevision ? [] : this.#heldAlarms();
    await this.writer.flush();
    await this.#readOpenAlarms();
    await this.#correct(held);
    this.#correctedRevision = revision;
    await this.#forget();
  }

  async #readOpenAlarms(): Promise<void> {
    const waiting = this.#waitingShips();
    if (waiting.length === 0) return;
    const alarms = await this.store.openAlarms(waiting.map(([shipName]) => shipName));
    for (const [name, { watch }] of waiting)
      watch.begin(alarms.filter(({ shipName }) => shipName === name));
  }

  #heldAlarms(): HeldAlarms[] {
    return [...this.#ships].flatMap(([shipName, { watch }]) => {
      const { alarms } = watch;
      return alarms.length === 0 ? [] : [{ shipName, watch, alarms }];
    });
  }

  /** A limit that was away and back took its alarms with it, though it looks as before. */
  async #correct(held: readonly HeldAlarms[]): Promise<void> {
    if (held.length === 0) return;
    const listed = await this.store.openAlarms(held.map(({ shipName }) => shipName));
    for (const { shipName, watch, alarms } of held)
      watch.correct(
        alarms,
        listed.filter((alarm) => alarm.shipName === shipName),
      );
  }

  /** Those whose alarms in the list are not known yet. */
  #waitingShips(): [string, WatchedShip][] {
    return [...this.#ships].filter(([, { watch }]) => watch.isWaiting);
  }

  async #forget(): Promise<void> {
    if (this.clock.monotonicMs() - this.#forgottenAtMs < FORGET_EVERY_MS) return;
    // The rest is left to the next round.
    if ((await this.store.forgetCleared(CLEARED_ALARMS_MAX)) > 0) this.#isWoken = true;
    else this.#forgottenAtMs = this.clock.monotonicMs();
  }

  async #readLimits(): Promise<void> {
    const { revision, limits } = await this.store.limits();
    if (revision === this.#revision || this.#isStopped) return;
    this.#revision = revision;
    const byShip = new Map<string, ShipLimit[]>();
    for (const limit of limits) {
      const known = byShip.get(limit.shipName);
      if (known) known.push(limit);
      else byShip.set(limit.shipName, [limit]);
    }
    for (const shipName of this.#ships.keys()) if (!byShip.has(shipName)) this.#drop(shipName);
    for (const [shipName, own] of byShip) this.#shipWatch(shipName).setLimits(own);
  }

  #shipWatch(shipName: string): ShipWatch {
    const known = this.#ships.get(shipName);
    if (known) return known.watch;
    const watch = new ShipWatch({
      readers: this.readers,
      budget: this.#budget,
      clock: this.clock,
      report: (alarm) => {
        this.writer.offer(alarm);
        this.#wake();
      },
      onWaiting: () => this.#wake(),
    });
    const stop = this.feed.watch(shipName, (packet) => watch.take(packet));
    this.#ships.set(shipName, { watch, stop });
    return watch;
  }

  #drop(shipName: string): void {
    const dropped = this.#ships.get(shipName);
    dropped?.stop();
    dropped?.watch.setLimits([]);
    this.#ships.delete(shipName);
  }

  /** What is known of a ship without a contact serves only to know late values. */
  #makeRoom(): void {
    for (const { watch } of this.#ships.values()) if (watch.isIdle) watch.forgetAll();
  }
}
