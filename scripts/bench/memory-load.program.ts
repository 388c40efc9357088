import { MemoryRocketStore } from '../../apps/rocket-monitor/src/adapters/memory/memory-rocket.store.js';
import { CheckpointKeeper } from '../../apps/rocket-monitor/src/rockets/checkpoint.keeper.js';
import { RocketsService } from '../../apps/rocket-monitor/src/rockets/rockets.service.js';
import { type RocketMessageDto, toRocketMessage } from '#common/contracts';
import { SystemClock } from '#common/platform';
import { Flight } from '../rockets/flight.js';
import { messageTimes } from '../rockets/message-times.js';
import { randomOf } from '../rockets/random.js';
import type { MemoryLoad, MemoryOutcome } from './memory-load.js';
import { readInput } from './programs.js';

const load = await readInput<MemoryLoad>();
const before = measure();
const store = new MemoryRocketStore({
  channelsMax: load.rockets,
  historyMax: load.historyMax,
  events: { publish: () => undefined },
});
const checkpoints = new CheckpointKeeper(store);
await fill(new RocketsService(store, checkpoints, new SystemClock()));
await checkpoints.rest();
const after = measure();
const { length: channelCount } = await store.channels();
if (channelCount !== load.rockets) throw new Error(`The store has ${channelCount} rockets.`);
const outcome: MemoryOutcome = { heapBytes: after - before };
process.stdout.write(JSON.stringify(outcome));

/** One message of each rocket after the other. Texts are read from JSON, as they are at a monitor. */
async function fill(rockets: RocketsService): Promise<void> {
  const random = randomOf(1);
  const times = messageTimes(random);
  const flights = Array.from({ length: load.rockets }, (_, at) => {
    const channel = `00000000-0000-5000-8000-${String(at).padStart(12, '0')}`;
    return new Flight(random, channel, 'Falcon-9', { length: load.messages, explodes: false });
  });
  for (let number = 0; number < load.messages; number += 1)
    for (const flight of flights) {
      const text = JSON.stringify(flight.next(times()));
      await rockets.take(toRocketMessage(JSON.parse(text) as RocketMessageDto));
    }
}

function measure(): number {
  if (globalThis.gc === undefined) throw new Error('This needs node --expose-gc.');
  for (let pass = 0; pass < 3; pass += 1) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
