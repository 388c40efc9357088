import { AskedShip } from './asks/asked.ship.js';
import { type FleetStart, type Format, startFleet } from './asks/fleet-start.js';
import type { BenchContext } from './context.js';
import type { Row } from './figure.js';
import { type GroundApps, startGroundApps } from './telemetry/ground-apps.js';
import { figure } from './telemetry/memory-rows.js';
import { quantile } from './telemetry/quantile.js';

const CONTACTS = 100;
const ROUNDS = 5;
/** The first start of a process compiles what the next ones only run. */
const WARM_UP_ROUNDS = 1;
const ASKED_MS_MAX = 50;
const FORMATS: readonly Format[] = ['ccsds', 'json'];

/** How long after the instant that many contacts share their ships are asked for the streams. */
export async function* benchAsks(context: BenchContext): AsyncGenerator<Row> {
  const ship = await AskedShip.start();
  try {
    const apps = await startGroundApps(null, ship.url, context);
    try {
      for (const format of FORMATS) yield* rowsOf(format, await play(format, apps, ship, context));
    } finally {
      await apps.close();
    }
  } finally {
    await ship.close();
  }
}

async function play(
  format: Format,
  apps: GroundApps,
  ship: AskedShip,
  { options, signal, onProgress }: BenchContext,
): Promise<FleetStart[]> {
  const rounds = options.rounds ?? ROUNDS;
  const starts: FleetStart[] = [];
  for (let round = 1; round <= WARM_UP_ROUNDS + rounds; round += 1) {
    onProgress(`asks: ${CONTACTS} contacts with ${format} at one instant, round ${round}`);
    starts.push(await startFleet(apps, ship, { count: CONTACTS, format }, signal));
  }
  return starts.slice(WARM_UP_ROUNDS);
}

function rowsOf(format: Format, starts: readonly FleetStart[]): Row[] {
  const name = `${CONTACTS} at one instant, ${format}`;
  const started = starts.flatMap(({ untilStarted }) => untilStarted);
  const asked = starts.flatMap(({ untilAsked }) => untilAsked);
  const goal = { of: 'ours', is: 'below', value: ASKED_MS_MAX } as const;
  return [
    figure(`${name}, due to started, p99`, 'ms', quantile(started, 0.99)),
    figure(`${name}, due to asked, p50`, 'ms', quantile(asked, 0.5)),
    { ...figure(`${name}, due to asked, p99`, 'ms', quantile(asked, 0.99)), goal },
    figure(`${name}, due to asked, max`, 'ms', quantile(asked, 1)),
  ];
}
