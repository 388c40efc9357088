import type { BenchContext } from './context.js';
import type { Row } from './figure.js';
import { runRounds } from './telemetry/arms.js';
import { BatterySender } from './telemetry/battery-sender.js';
import {
  BARE_C,
  bareNodeArmName,
  counters,
  decodedArmName,
  ground,
} from './telemetry/contestants.js';
import { type FigurePlan, rowsOf } from './telemetry/figures.js';

const ROUNDS_DEFAULT = 3;
const UNIT = 'datagrams/s';

/** In the table, in this order. */
const FIGURES: readonly FigurePlan[] = [
  {
    name: 'udp decoded only, plain, against a bare Node socket',
    unit: UNIT,
    arm: decodedArmName('plain'),
    against: bareNodeArmName(1),
    goal: { of: 'ratio', is: 'at least', value: 0.7 },
  },
  {
    name: 'udp decoded only, native, against a bare Node socket',
    unit: UNIT,
    arm: decodedArmName('native'),
    against: bareNodeArmName(1),
    goal: { of: 'ratio', is: 'at least', value: 0.7 },
  },
  {
    name: 'udp decoded only, native, against recvmmsg in C',
    unit: UNIT,
    arm: decodedArmName('native'),
    against: BARE_C,
    goal: null,
  },
];

/** What the ingestor takes from the socket, reads and accounts for, stored aside. */
export async function* benchUdpReceive(context: BenchContext): AsyncGenerator<Row> {
  const { options } = context;
  const sender = await BatterySender.compile(context);
  const decoded = { isDecodedOnly: true, records: [] };
  const parties = [
    counters([1], sender, context),
    ground({ ...decoded, receiver: 'plain' }, sender, context),
    ground({ ...decoded, receiver: 'native' }, sender, context),
  ];
  const { seconds, rounds } = options;
  const plan = { parties, seconds, rounds: rounds ?? ROUNDS_DEFAULT };
  yield* rowsOf(FIGURES, await runRounds(plan, context));
}
