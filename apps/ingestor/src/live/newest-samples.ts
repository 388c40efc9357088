import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Instant } from '#common/domain';
import { type CancelTimer, Clock } from '#common/platform';
import type { PacketReader } from '../packets/packet-reader.js';
import { PacketReaders } from '../packets/packet-readers.js';
import { SampleFeed, type TakenPacket } from './sample-feed.js';
import { TakenWindow } from './taken-window.js';

/** Nobody is told more often of one battery. */
export const TELL_EVERY_MS = 100;
/** Batteries of all ships that are watched. With more, the ships that were silent longest are forgotten. */
const SERIES_MAX = 50_000;

/** What a packet that was just taken says of one battery. */
export interface NewestSample {
  readonly shipName: string;
  readonly contactId: string;
  readonly generatedAt: Instant;
  readonly receivedAt: Instant;
  readonly sequence: number;
  readonly battery: number;
  readonly reader: PacketReader;
  /** In the order of the reader's fields. */
  readonly values: readonly (number | string | null)[];
}

/** Gets the batteries that have a newer sample than the last time, each once. */
export type NewestListener = (samples: readonly NewestSample[]) => void;

interface Watch {
  readonly shipName: string | null;
  readonly listener: NewestListener;
}

/**
 * The newest sample of each battery of the ships that somebody watches, told in even steps. Newest is
 * the one with the latest generation time: what comes late is stored, and not shown as new.
 */
@Injectable()
export class NewestSamples implements OnModuleDestroy {
  readonly #watches = new Set<Watch>();
  /** By ship, null for all. */
  readonly #feeds = new Map<string | null, () => void>();
  readonly #newest = new Map<string, Map<number, NewestSample>>();
  readonly #window = new TakenWindow();
  #seriesCount = 0;
  #cancelTick: CancelTimer | null = null;

  constructor(
    private readonly feed: SampleFeed,
    private readonly readers: PacketReaders,
    private readonly clock: Clock,
  ) {}

  /** Of one ship, or of all. Gives the way to stop. */
  watch(shipName: string | null, listener: NewestListener): () => void {
    const watch = { shipName, listener };
    this.#watches.add(watch);
    this.#watchFeed();
    return () => {
      if (this.#watches.delete(watch)) this.#watchFeed();
    };
  }

  /** By battery; of a ship that nobody watches, none. */
  of(shipName: string): NewestSample[] {
    return [...(this.#newest.get(shipName)?.values() ?? [])];
  }

  onModuleDestroy(): void {
    this.#watches.clear();
    this.#watchFeed();
    this.#cancelTick?.();
  }

  /** One look at all ships, or one at each that is asked for: no packet comes twice. */
  #watchFeed(): void {
    const asked = new Set([...this.#watches].map(({ shipName }) => shipName));
    const wanted = asked.has(null) ? new Set([null]) : asked;
    for (const [shipName, stop] of this.#feeds) {
      if (wanted.has(shipName)) continue;
      stop();
      this.#feeds.delete(shipName);
    }
    for (const shipName of wanted) {
      if (this.#feeds.has(shipName)) continue;
      this.#feeds.set(
        shipName,
        this.feed.watch(shipName, (packet) => this.#take(packet)),
      );
    }
    for (const shipName of this.#newest.keys())
      if (!wanted.has(null) && !wanted.has(shipName)) this.#forget(shipName);
  }

  #take(packet: TakenPacket): void {
    this.#window.add(packet);
    this.#cancelTick ??= this.clock.after(TELL_EVERY_MS, () => this.#tick());
  }

  #tick(): void {
    this.#cancelTick = null;
    const changed = new Map<string, Map<number, NewestSample>>();
    for (const packet of this.#window.take())
      for (const sample of this.#samplesOf(packet)) {
        if (!this.#note(sample)) continue;
        const ofShip = changed.get(sample.shipName) ?? new Map<number, NewestSample>();
        changed.set(sample.shipName, ofShip.set(sample.battery, sample));
      }
    if (changed.size === 0) return;
    const all = [...changed.values()].flatMap((ofShip) => [...ofShip.values()]);
    for (const { shipName, listener } of this.#watches) {
      const samples = shipName === null ? all : [...(changed.get(shipName)?.values() ?? [])];
      if (samples.length > 0) listener(samples);
    }
  }

  #samplesOf(taken: TakenPacket): NewestSample[] {
    const { shipName, contactId, generatedAt, receivedAt, sequence } = taken;
    const reader = this.readers.named(taken.definition);
    const whose = { shipName, contactId, generatedAt, receivedAt, sequence };
    const samples = reader?.samplesOf(taken.packet) ?? [];
    return samples.map(({ battery, values }) => ({ ...whose, battery, values, reader: reader! }));
  }

  /** False for one that is not newer than what is known. */
  #note(sample: NewestSample): boolean {
    const { shipName, battery } = sample;
    const ofShip = this.#newest.get(shipName) ?? new Map<number, NewestSample>();
    const known = ofShip.get(battery);
    if (known && compareAge(known, sample) >= 0) return false;
    // Ships stand in the order in which they were heard last.
    this.#newest.delete(shipName);
    this.#newest.set(shipName, ofShip.set(battery, sample));
    if (!known) this.#seriesCount += 1;
    while (this.#seriesCount > SERIES_MAX && this.#newest.size > 1)
      this.#forget(this.#newest.keys().next().value!);
    return true;
  }

  #forget(shipName: string): void {
    this.#seriesCount -= this.#newest.get(shipName)?.size ?? 0;
    this.#newest.delete(shipName);
  }
}

const compareAge = (one: NewestSample, other: NewestSample): number =>
  one.generatedAt - other.generatedAt ||
  (one.contactId === other.contactId
    ? one.sequence - other.sequence
    : one.contactId < other.contactId
      ? -1
      : 1);
