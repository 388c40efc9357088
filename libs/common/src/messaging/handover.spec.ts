import type { ClientProxy } from '@nestjs/microservices';
import { of } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { ManualClock } from '#common/platform';
import { type Envelope, envelope } from './envelope.js';
import { MemoryOutbox } from './memory.outbox.js';
import { HANDED_OVER_MAX, IN_FLIGHT_MAX, OutboxRelay } from './outbox.relay.js';

describe('messages that are handed over to the relay', () => {
  let clock: ManualClock;
  let outbox: MemoryOutbox;
  let relay: OutboxRelay;
  let sent: string[];

  beforeEach(() => {
    clock = new ManualClock(new Date('2030-01-01T12:00:00Z'));
    outbox = new MemoryOutbox(clock);
    sent = [];
    const emit = (_key: string, { id }: Envelope) => {
      sent.push(id);
      return of(undefined);
    };
    const client = { emit } as unknown as ClientProxy;
    relay = new OutboxRelay({ outbox, client, clock, mandatory: new Set() });
  });

  afterEach(() => relay.stop());

  /** As a store does: into the outbox as claimed, for as long as the relay says. */
  async function putAsClaimed(count: number, leaseMs: number) {
    const messages = Array.from({ length: count }, (_, n) => envelope('a.one', { n }));
    for (const message of messages) outbox.add(message);
    return outbox.claim(count, leaseMs);
  }

  it('are sent once, in their order, also when they are many, and are gone then', async () => {
    relay.start();
    const handover = relay.expectHandover(3 * IN_FLIGHT_MAX)!;
    const messages = await putAsClaimed(3 * IN_FLIGHT_MAX, handover.leaseMs);
    relay.handOver(handover, messages);
    await until(async () => expect((await outbox.counts()).waiting).toBe(0));
    expect(sent).toEqual(messages.map((message) => message.envelope.id));
  });

  it('that come too late are left to the outbox, which has them sent', async () => {
    relay.start();
    const handover = relay.expectHandover(1)!;
    const messages = await putAsClaimed(1, handover.leaseMs);
    clock.advance(handover.leaseMs - 1);
    await until(() => expect(clock.alarmCount).toBe(1));
    clock.advance(1);
    relay.handOver(handover, messages);
    await until(async () => expect((await outbox.counts()).waiting).toBe(0));
    expect(sent).toEqual([messages[0]!.envelope.id]);
  });

  it('are expected by a relay that runs and has room', () => {
    expect(relay.expectHandover(1)).toBeNull();
    relay.start();
    expect(relay.expectHandover(HANDED_OVER_MAX)).not.toBeNull();
    expect(relay.expectHandover(HANDED_OVER_MAX + 1)).toBeNull();
  });
});
