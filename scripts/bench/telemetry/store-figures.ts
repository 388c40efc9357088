import type { Goal } from '../figure.js';
import { BARE_C, bareNodeArmName, influxArmName, storedArmName } from './contestants.js';
import type { FigurePlan } from './figures.js';

/** Records in a packet, and points in a datagram for InfluxDB. */
export const RECORDS = [1, 4, 8, 32] as const;
export const POINTS = [1, 8] as const;

type Kind = 'plain' | 'native';

const ratioOf = (value: number): Goal => ({ of: 'ratio', is: 'at least', value });

/** Those that the issue names: of 8 records, samples are counted, not datagrams. */
const BARE_GOALS: Readonly<Record<number, Goal>> = {
  1: ratioOf(0.6),
  4: ratioOf(0.6),
  32: ratioOf(0.6),
};

/** Which counts the same packets. */
const againstBareNode = (kind: Kind): FigurePlan[] =>
  RECORDS.map((records) => ({
    name: `udp stored, ${kind}, ${records} per packet, against a bare Node socket`,
    unit: 'datagrams/s',
    arm: storedArmName(kind, records),
    against: bareNodeArmName(records),
    goal: BARE_GOALS[records] ?? null,
  }));

const againstInfluxdb = (kind: Kind, goal: number): FigurePlan => ({
  name: `udp stored, ${kind}, against InfluxDB`,
  unit: 'datagrams/s',
  arm: storedArmName(kind, 1),
  against: influxArmName(1),
  goal: ratioOf(goal),
});

/** The goal is against one point each, as InfluxDB is fed as a rule; 8 each are said beside it. */
const samples = (kind: Kind, points: (typeof POINTS)[number]): FigurePlan => ({
  name: `udp stored, ${kind}, 8 per packet, against InfluxDB, ${points} per datagram`,
  unit: 'samples/s',
  arm: storedArmName(kind, 8),
  against: influxArmName(points),
  scale: 8,
  scaleAgainst: points,
  goal: points === 1 ? ratioOf(2) : null,
});

const cpu = (kind: Kind, records: 1 | 8, goal: Goal | null): FigurePlan => ({
  name: `udp stored, ${kind}, ${records} per packet, CPU against InfluxDB`,
  unit: 'µs/datagram',
  arm: storedArmName(kind, records),
  against: influxArmName(records),
  goal,
  value: 'cpu',
});

/** In the table, in this order. */
export const STORE_FIGURES: readonly FigurePlan[] = [
  ...againstBareNode('plain'),
  againstInfluxdb('plain', 0.8),
  samples('plain', 1),
  samples('plain', 8),
  cpu('plain', 1, null),
  cpu('plain', 8, null),
  ...againstBareNode('native'),
  {
    name: 'udp stored, native, against recvmmsg in C',
    unit: 'datagrams/s',
    arm: storedArmName('native', 1),
    against: BARE_C,
    goal: ratioOf(0.5),
  },
  againstInfluxdb('native', 1.5),
  samples('native', 1),
  samples('native', 8),
  cpu('native', 1, { of: 'ratio', is: 'below', value: 0.6 }),
  cpu('native', 8, null),
];
