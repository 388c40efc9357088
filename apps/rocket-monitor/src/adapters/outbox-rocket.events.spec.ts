import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '#common/domain';
import { InProcessBus, MEMORY_OUTBOX_MAX } from '#common/messaging';
import { ManualClock } from '#common/platform';
import { OutboxRocketEvents } from './outbox-rocket.events.js';

describe('rocket events on a bus', () => {
  let bus: InProcessBus;
  let events: OutboxRocketEvents;

  beforeEach(() => {
    const clock = new ManualClock(new Date('2030-01-01T00:00:00Z'));
    bus = new InProcessBus(clock);
    events = new OutboxRocketEvents(bus, clock);
  });

  afterEach(async () => {
    await events.onApplicationShutdown();
    await bus.close();
  });

  it('wait in the outbox until the bus is there', async () => {
    events.publish('a', { type: 'exploded', reason: 'X' });
    events.publish('a', { type: 'mission-changed', mission: 'M' });

    expect(await events.health()).toMatchObject({ status: 'up', events_waiting: 2 });
  });

  it('are refused when too many wait, and say before that the bus is behind', async () => {
    for (let count = 0; count < MEMORY_OUTBOX_MAX; count += 1)
      events.publish('a', { type: 'exploded', reason: String(count) });

    expect(() => events.publish('a', { type: 'exploded', reason: 'one more' })).toThrow(
      DomainError,
    );
    expect(await events.health()).toMatchObject({ status: 'degraded' });
  });
});
