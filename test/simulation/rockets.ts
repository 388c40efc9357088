import {
  contentOf,
  newTrack,
  readMessageTime,
  receive,
  type RocketEvent,
  type RocketMessage,
  type RocketTrack,
} from '#common/domain';
import { OutboxRelay } from '#common/messaging';
import { rocketEnvelope } from '../../apps/rocket-monitor/src/adapters/rocket-event.envelope.js';
import { SimulatedBus } from './broker.js';
import type { Life } from './host.js';
import type { World } from './world.js';

const ASK_AGAIN_MICROS = 500_000;
const TIME = readMessageTime('2030-01-01T00:00:00Z')!;

/** The rows of the rocket monitor: tracks as its reducer makes them, facts in the outbox beside. */
export class RocketRows {
  readonly tracks = new Map<string, RocketTrack>();
  readonly taken = new Map<string, Map<number, RocketMessage>>();

  constructor(private readonly world: World) {}

  take(message: RocketMessage): void {
    const { channel, number } = message;
    const taken = this.taken.get(channel) ?? new Map<number, RocketMessage>();
    const first = taken.get(number);
    const before = this.tracks.get(channel) ?? newTrack(channel);
    const { outcome, track, facts } = receive(before, message, first && contentOf(first));
    this.tracks.set(channel, track);
    if (outcome === 'new') this.taken.set(channel, taken.set(number, message));
    const now = new Date(this.world.databaseClock.nowMs());
    for (const fact of facts) this.world.monitorOutbox.add(rocketEnvelope(channel, fact, now));
    this.world.judge.received(track, outcome);
  }

  explosionReason(channel: string): string | null {
    return this.tracks.get(channel)?.rocket.explodedReason || null;
  }
}

/** Takes messages and tells facts: the reducer is the real one, its stores are not here. */
export function bootMonitor(world: World, life: Life): void {
  const publisher = new SimulatedBus(world.broker, life).publisher();
  const outbox = life.remote('outbox', world.monitorOutbox);
  new OutboxRelay({ outbox, publisher, clock: life.clock, mandatory: new Set() }).start();
}

/** A rocket says everything until it is heard, out of order, and some of it twice. */
export function launch(world: World, channel: string): void {
  const { dice, loop } = world;
  const count = dice.between(2, 7);
  for (let number = 1; number <= count; number += 1) {
    const message = { channel, number, time: TIME, event: eventOf(world, number) };
    world.untold += 1;
    loop.after(dice.below(2_500_000), () => tell(world, message));
    if (!dice.chance(0.2)) continue;
    world.untold += 1;
    loop.after(dice.below(2_500_000), () => tell(world, message));
  }
}

function eventOf({ dice }: World, number: number): RocketEvent {
  if (number === 1)
    return { type: 'RocketLaunched', model: 'Scout', launchSpeed: 500, mission: 'APOLLO' };
  const by = dice.between(1, 9) * 500;
  return dice.pick<RocketEvent>([
    { type: 'RocketSpeedIncreased', by },
    { type: 'RocketSpeedDecreased', by },
    { type: 'RocketMissionChanged', newMission: `MISSION ${by}` },
    { type: 'RocketExploded', reason: `REASON ${number}` },
  ]);
}

/** To whichever monitor is there; again while no answer came. */
function tell(world: World, message: RocketMessage): void {
  const { life } = world.dice.pick(world.monitors);
  let isTold = false;
  const done = (): void => {
    if (isTold) return;
    isTold = true;
    world.untold -= 1;
  };
  void life
    ?.call(`takes ${message.event.type} ${message.number}`, () => world.rockets.take(message))
    .then(done, () => undefined);
  world.loop.after(ASK_AGAIN_MICROS, () => {
    if (isTold) return;
    isTold = true;
    tell(world, message);
  });
}
