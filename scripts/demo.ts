import { closing, describeFault, type Running } from '#common/platform';
import { startGround } from '../apps/all/src/ground.js';
import { accountLines } from './demo/account.js';
import { ask } from './ask.js';
import { book, type DemoContact, follow, type Wish } from './demo/contacts.js';
import { flyRockets } from './demo/rockets.js';
import { Screen, table } from './demo/screen.js';

/** Beside a Perigee that runs already: ports that are free, and data of its own. */
const ENVIRONMENT = {
  SCHEDULER_PORT: '0',
  SPACESHIP_PORT: '0',
  INGESTOR_PORT: '0',
  INGESTOR_UDP_PORT: '0',
  ROCKET_MONITOR_PORT: '0',
  DATA_FOLDER: './data/demo',
  // Each demo flies the same rockets anew, whatever an earlier version made of them.
  ROCKET_STORE: 'memory',
};
const START_IN_MS = 3_000;
const DURATION_SECONDS = 6;
const WISHES: readonly Wish[] = [
  {
    ship_name: 'USS Enterprise',
    stream: { format: 'ccsds', interval: 0.02, batteries: 4, seed: 7 },
  },
  { ship_name: 'Voyager', stream: { format: 'json', interval: 0.1, seed: 7 } },
];

const screen = new Screen(process.stdout);
process.exitCode = await demo().catch((fault: unknown) => {
  process.stderr.write(`${describeFault(fault)}\n`);
  return 1;
});

/** 0 only if every account closes and every rocket's state is right. */
async function demo(): Promise<number> {
  screen.say('Starting scheduler, spaceship, ingestor, rocket monitor and PostgreSQL …');
  const ground = await startGround({ ...process.env, ...ENVIRONMENT });
  closeOnInterrupt(ground);
  try {
    const { urls } = ground;
    const booked = await book(urls, WISHES, START_IN_MS, DURATION_SECONDS);
    screen.say(`Two contacts are booked for ${booked[0]?.start_time}.\n`);
    const [ended, rockets] = await Promise.all([
      follow(urls, booked, screen),
      flyRockets(urls.rocketMonitor),
    ]);
    const isClosed = tellContacts(ended);
    await tellSamples(urls.ingestor);
    screen.say(`\n${rockets.sentCount} rocket messages, shuffled, some twice:\n`);
    for (const line of rockets.lines) screen.say(`  ${line}`);
    return tellEnd(isClosed, rockets.wrongCount);
  } finally {
    await closing(ground).close();
  }
}

function tellContacts(ended: readonly DemoContact[]): boolean {
  for (const { report, ship_name, state, end_reason } of ended) {
    const lines = report ? accountLines(report) : [`${ship_name}: ${state}: ${end_reason}`];
    screen.say(`\n${lines.join('\n')}`);
  }
  return ended.every(({ report }) => report?.closed === true);
}

interface Sample {
  readonly generated_at: string;
  readonly battery: number;
  readonly mode: string | null;
  readonly volts: number;
  readonly amperes: number | null;
  readonly celsius: number | null;
  readonly charge: number | null;
}

async function tellSamples(ingestor: string): Promise<void> {
  for (const { ship_name } of WISHES) {
    const latest = await ask<Sample[]>(`${ingestor}/ships/${encodeURIComponent(ship_name)}/latest`);
    const rows = latest.map((sample) => [
      sample.generated_at,
      sample.battery,
      sample.mode ?? '–',
      sample.volts.toFixed(2),
      sample.amperes?.toFixed(2) ?? '–',
      sample.celsius?.toFixed(1) ?? '–',
      sample.charge?.toFixed(1) ?? '–',
    ]);
    const head = ['generated at', 'battery', 'mode', 'volts', 'amperes', '°C', 'charge %'];
    screen.say(`\nLast samples of ${ship_name}:\n`);
    for (const line of table(head, rows)) screen.say(`  ${line}`);
  }
}

function tellEnd(isClosed: boolean, wrongCount: number): number {
  screen.say();
  screen.say(isClosed ? 'Every account closes.' : 'An account does NOT close.');
  screen.say(wrongCount === 0 ? 'Every rocket is right.' : `${wrongCount} rockets are WRONG.`);
  return isClosed && wrongCount === 0 ? 0 : 1;
}

/** Ctrl-C must not leave the database behind. */
function closeOnInterrupt(ground: Running): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void ground.close().finally(() => process.exit(130)));
}
