import { encodeBatteryPacket } from '#common/contracts';
import { type Instant, instantOf, MICROS_PER_MILLISECOND, MICROS_PER_SECOND } from '#common/domain';
import { InProcessBus, MemoryOutbox, OutboxRelay } from '#common/messaging';
import { ManualClock } from '#common/platform';
import { until } from '../../../../../test/support/until.js';
import { MemoryAlarmStore } from '../../adapters/memory/memory-alarm.store.js';
import { EventSink } from '../../live/event-sink.js';
import { SampleFeed } from '../../live/sample-feed.js';
import { BATTERY, PacketReaders, readPacketReaders } from '../../packets/packet-readers.js';
import type { Alarm, AlarmChange, AlarmRecord } from '../alarm.js';
import { AlarmTeller } from '../alarm-teller.js';
import { AlarmWatch, LOOK_EVERY_MS } from '../alarm-watch.js';
import { AlarmWriter } from '../alarm-writer.js';
import { type OpenContact, OpenContacts } from '../open-contacts.js';
import { SHIP } from './alarms.js';

export const START = new Date('2030-01-01T00:00:00Z');
export const CONTACT = '00000000-0000-4000-8000-000000000001';
const AGREEMENT = { eventKey: 'key', firstSequence: 1, streamAskedAt: 0 };

/** Generation times of the tests. */
export const second = (seconds: number): Instant => instantOf(START) + seconds * MICROS_PER_SECOND;

/** A database that can be away. */
export class LeavingAlarmStore extends MemoryAlarmStore {
  isAway = false;

  override async limitsRevision(): Promise<number> {
    this.#ask();
    return super.limitsRevision();
  }

  override async save(records: readonly AlarmRecord[]): Promise<AlarmChange[]> {
    this.#ask();
    return super.save(records);
  }

  override async openAlarms(shipNames: readonly string[]): Promise<Alarm[]> {
    this.#ask();
    return super.openAlarms(shipNames);
  }

  #ask(): void {
    if (this.isAway) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
  }
}

class FixedContacts extends OpenContacts {
  contacts: { -readonly [Key in keyof OpenContact]: OpenContact[Key] }[] = [];

  list(): readonly OpenContact[] {
    return this.contacts;
  }
}

class HeardEvents extends EventSink {
  readonly heard: [string, object][] = [];

  tell(kind: string, _key: string, data: object): void {
    this.heard.push([kind, data]);
  }
}

let readers: PacketReaders | null = null;

/** One process that watches, over a store in memory that several may share. */
export class WatchUnderTest {
  readonly feed: SampleFeed;
  readonly contacts = new FixedContacts();
  readonly sink = new HeardEvents();
  readonly teller: AlarmTeller;
  readonly writer: AlarmWriter;
  readonly watch: AlarmWatch;
  #sequence = 0;

  constructor(
    readonly store = new LeavingAlarmStore(),
    readonly clock = new ManualClock(START),
  ) {
    this.feed = new SampleFeed(clock);
    readers ??= readPacketReaders();
    const relay = new OutboxRelay({
      outbox: new MemoryOutbox(clock),
      publisher: new InProcessBus(clock),
      clock,
      mandatory: new Set(),
    });
    this.teller = new AlarmTeller(relay, this.sink);
    this.writer = new AlarmWriter(store, this.teller, clock);
    this.watch = new AlarmWatch(store, this.writer, this.feed, readers, this.contacts, clock);
  }

  openContact(shipName = SHIP): void {
    this.contacts.contacts.push({
      contactId: CONTACT,
      shipName,
      agreement: AGREEMENT,
      endCause: null,
    });
  }

  endContacts(endCause: OpenContact['endCause']): void {
    for (const contact of this.contacts.contacts) contact.endCause = endCause;
    this.contacts.contacts = [];
    this.look();
  }

  /** The volts of some batteries, by number. */
  send(atSeconds: number, volts: Readonly<Record<number, number>>, shipName = SHIP): void {
    this.#sequence += 1;
    const generatedAt = second(atSeconds);
    if (!this.feed.wants(shipName)) return;
    this.feed.offer({
      shipId: 1,
      shipName,
      contactId: CONTACT,
      definition: BATTERY,
      sequence: this.#sequence,
      generatedAt,
      receivedAt: this.clock.nowMs() * MICROS_PER_MILLISECOND,
      packet: encodeBatteryPacket({
        apid: 1,
        sequence: this.#sequence,
        generatedAtMs: generatedAt / MICROS_PER_MILLISECOND,
        records: Object.entries(volts).map(([battery, value]) => ({
          battery: Number(battery),
          mode: 'idle' as const,
          volts: value,
          amperes: 0,
          celsius: 20,
          charge: 50,
        })),
      }),
    });
  }

  /** Lets the timer of the watch come due. */
  look(): void {
    this.clock.advance(LOOK_EVERY_MS);
  }

  /** Oldest first. */
  async listed(): Promise<Alarm[]> {
    const all = { state: null, shipName: null, severity: null, before: null, limit: 1_000 };
    return (await this.store.alarms(all)).toReversed();
  }

  /** Until the list is so; meanwhile time goes on. */
  async untilListed(check: (alarms: readonly Alarm[]) => void): Promise<void> {
    await until(async () => {
      this.look();
      check(await this.listed());
    });
  }
}
