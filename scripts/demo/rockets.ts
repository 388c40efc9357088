import { findDifferences } from '../rockets/check-states.js';
import { deliver } from '../rockets/deliver.js';
import { rocketScenario } from '../rockets/scenario.js';
import { sendAll } from '../rockets/sender.js';
import { ask } from '../ask.js';
import { table } from './screen.js';

const SEED = 444;
const ROCKETS = 6;
const MESSAGES = 600;
const SHUFFLE = 40;
const DUPLICATES = 0.2;
const SENDERS = 3;
const SENDING_MS_MAX = 30_000;

interface Rocket {
  readonly channel: string;
  readonly type: string;
  readonly mission: string;
  readonly speed: number;
  readonly status: string;
}

export interface RocketsShown {
  readonly sentCount: number;
  readonly wrongCount: number;
  readonly lines: readonly string[];
}

/** Sends a short flight of some rockets, shuffled and repeated, and compares what became of it. */
export async function flyRockets(monitor: string): Promise<RocketsShown> {
  const scenario = rocketScenario({ seed: SEED, rocketCount: ROCKETS, messageCount: MESSAGES });
  const arriving = deliver(scenario.messages, {
    shuffle: SHUFFLE,
    duplicate: DUPLICATES,
    seed: SEED,
  });
  const url = new URL(`${monitor}/messages`);
  await sendAll(arriving, {
    url,
    keepAlive: true,
    concurrencyLevel: SENDERS,
    messageDelayMs: 0,
    onAnswer: () => undefined,
    signal: AbortSignal.timeout(SENDING_MS_MAX),
  });
  const wrong = await findDifferences(url, scenario.expectedStates);
  const wrongChannels = new Set(wrong.map(({ channel }) => channel));
  const rockets = await ask<Rocket[]>(`${monitor}/rockets`);
  return {
    sentCount: arriving.length,
    wrongCount: wrong.length,
    lines: table(
      ['rocket', 'type', 'mission', 'speed', 'status', 'state is'],
      rockets.map((rocket) => [
        rocket.channel.slice(0, 8),
        rocket.type,
        rocket.mission,
        rocket.speed,
        rocket.status,
        wrongChannels.has(rocket.channel) ? 'WRONG' : 'right',
      ]),
    ),
  };
}
