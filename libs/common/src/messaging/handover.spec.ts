import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { ManualClock } from '#common/platform';
import { type Envelope, envelope } from './envelope.js';
import { HANDED_OVER_MAX } from './handed-over.js';
import { MemoryOutbox } from './memory.outbox.js';
import { IN_FLIGHT_MAX, type LeasedMessage, OutboxRelay } from './outbox.relay.js';

describe('messages that are handed over to the relay', () => {
  let clock: ManualClock;
  let outbox: MemoryOutbox;
  let relay: OutboxRelay;
  let sent: string[];
  let answer: () => Promise<void>;

  beforeEach(() => {
    clock = new ManualClock(new Date('2030-01-01T12:00:00Z'));
    outbox = new MemoryOutbox(clock);
    sent = [];
    answer = () => Promise.resolve();
    const publish = ({ id }: Envelope): Promise<void> => {
      sent.push(id);
      return answer();
    };
    relay = new OutboxRelay({ outbox, publisher: { publish }, clock, mandatory: new Set() });
    relay.start();
  });

  afterEach(() => relay.stop());

  const made = (count: number): Envelope[] =>
    Array.from({ length: count }, (_, n) => envelope('a.one', { n }));
  const idsOf = (messages: readonly Envelope[]): string[] => messages.map(({ id }) => id);

  /** As a store does: into the outbox, claimed for as long as the relay says. */
  async function store(messages: readonly Envelope[]): Promise<readonly LeasedMessage[]> {
    const unsent = relay.unsent(idsOf(messages));
    for (const { id, leaseMs } of unsent) {
      outbox.add(messages.find((message) => message.id === id)!);
      if (leaseMs > 0) await outbox.claim(1, leaseMs);
    }
    relay.stored(unsent.map(({ id }) => id));
    return unsent;
  }

  it('are sent once, in their order, also when they are many, and never need the outbox', async () => {
    const messages = made(3 * IN_FLIGHT_MAX);
    relay.handOver(messages);
    relay.handOver(messages);
    await until(() => expect(relay.unsent(idsOf(messages))).toEqual([]));
    expect(sent).toEqual(idsOf(messages));
  });

  it('go through the outbox when the bus does not take them', async () => {
    answer = () => Promise.reject(new Error('no bus'));
    const messages = made(3);
    relay.handOver(messages);
    await until(() =>
      expect(relay.unsent(idsOf(messages))).toEqual(
        idsOf(messages).map((id) => ({ id, leaseMs: 0 })),
      ),
    );
    await store(messages);
    answer = () => Promise.resolve();
    relay.wake();
    await until(async () => expect((await outbox.counts()).waiting).toBe(0));
    expect(sent).toEqual([...idsOf(messages), ...idsOf(messages)]);
  });

  it('that are under way when they are stored are not sent from there as well', async () => {
    const bus = held();
    answer = () => bus.promise;
    const messages = made(1);
    relay.handOver(messages);
    const [{ leaseMs }] = (await store(messages)) as [LeasedMessage];
    expect(leaseMs).toBeGreaterThan(0);
    clock.advance(leaseMs + 1);
    relay.wake();
    bus.resolve();
    await until(async () => expect((await outbox.counts()).waiting).toBe(0));
    expect(sent).toEqual(idsOf(messages));
  });

  it('are taken from the outbox when the bus had them before they were there', async () => {
    const messages = made(1);
    const bus = held();
    answer = () => bus.promise;
    relay.handOver(messages);
    const unsent = relay.unsent(idsOf(messages));
    bus.resolve();
    await until(() => expect(relay.unsent(idsOf(messages))).toEqual([]));
    outbox.add(messages[0]!);
    await outbox.claim(1, unsent[0]!.leaseMs);
    relay.stored(idsOf(messages));
    await until(async () => expect((await outbox.counts()).waiting).toBe(0));
    expect(sent).toEqual(idsOf(messages));
  });

  it('are left to the outbox by a relay that has no room, or does not run', async () => {
    const taken = held();
    answer = () => taken.promise;
    const messages = made(HANDED_OVER_MAX + 1);
    relay.handOver(messages);
    const last = messages.at(-1)!;
    expect(relay.unsent([last.id])).toEqual([{ id: last.id, leaseMs: 0 }]);
    taken.resolve();
    await relay.stop();
    const late = made(1);
    relay.handOver(late);
    expect(relay.unsent(idsOf(late))).toEqual([{ id: late[0]!.id, leaseMs: 0 }]);
    expect(sent).not.toContain(late[0]!.id);
  });

  it('make room when their store has asked for them', async () => {
    for (let round = 0; round < 3; round += 1) {
      const messages = made(HANDED_OVER_MAX / 2);
      relay.handOver(messages);
      await until(() => expect(relay.unsent(idsOf(messages))).toEqual([]));
      relay.forget(idsOf(messages));
    }
    expect(sent).toHaveLength(1.5 * HANDED_OVER_MAX);
  });
});

/** A bus that has not answered yet. */
function held() {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}
