import type { BenchContext } from './context.js';
import type { Row } from './figure.js';
import { runRounds } from './telemetry/arms.js';
import { BatterySender } from './telemetry/battery-sender.js';
import { counters, ground, influxdb } from './telemetry/contestants.js';
import { rowsOf } from './telemetry/figures.js';
import { POINTS, RECORDS, STORE_FIGURES } from './telemetry/store-figures.js';

const ROUNDS_DEFAULT = 3;

/** What is stored of datagrams, in turn with what only counts them, and with what a user would pick. */
export async function* benchUdpStore(context: BenchContext): AsyncGenerator<Row> {
  const { options } = context;
  const sender = await BatterySender.compile(context);
  const stored = { isDecodedOnly: false, records: RECORDS };
  const parties = [
    counters(RECORDS, sender, context),
    influxdb(POINTS, sender, context),
    ground({ ...stored, receiver: 'plain' }, sender, context),
    ground({ ...stored, receiver: 'native' }, sender, context),
  ];
  const { seconds, rounds } = options;
  const plan = { parties, seconds, rounds: rounds ?? ROUNDS_DEFAULT };
  yield* rowsOf(STORE_FIGURES, await runRounds(plan, context));
}
