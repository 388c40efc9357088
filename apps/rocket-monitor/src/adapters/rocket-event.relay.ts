import { ROCKET_EXPLODED } from '#common/contracts';
import { type Bus, type Outbox, OutboxRelay } from '#common/messaging';
import type { Clock, PartHealth } from '#common/platform';

/** Moves events of rockets from whatever outbox to the bus. */
export const rocketEventRelay = (bus: Bus, outbox: Outbox, clock: Clock): OutboxRelay =>
  new OutboxRelay({
    outbox,
    publisher: bus.publisher(),
    clock,
    // A contact with an exploded rocket is cancelled by whoever hears of it: somebody must.
    mandatory: new Set([ROCKET_EXPLODED]),
  });

/** @param waitingMax events past which the bus does not keep up */
export function rocketEventsHealth(
  bus: Bus,
  { waiting, dead }: Awaited<ReturnType<Outbox['counts']>>,
  waitingMax: number,
): PartHealth {
  const health = bus.health();
  const isBehind = health.status !== 'up' || waiting > waitingMax;
  const status = isBehind ? 'degraded' : 'up';
  return { ...health, status, events_waiting: waiting, events_dead: dead };
}
