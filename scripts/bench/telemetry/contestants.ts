import type { BenchContext } from '../context.js';
import type { BatterySender } from './battery-sender.js';
import type { Receiver } from './ground-apps.js';
import { Ground, type Played } from './ground.js';
import { Influxdb } from './influxdb.js';
import { faultsIn } from './explained.js';
import { compile, type CounterOutcome, startCounter } from './native-programs.js';
import { type Arm, type Party, PartyMissing } from './parties.js';
import type { Trial } from './trial.js';

export const bareNodeArmName = (records: number): string =>
  `bare Node socket, counts only, ${records} per packet`;
export const BARE_C = 'C program, recvmmsg only';
export const influxArmName = (points: number): string => `InfluxDB, ${points} per datagram`;
export const storedArmName = (receiver: Receiver, records: number): string =>
  `stored, ${receiver}, ${records} per packet`;
export const decodedArmName = (receiver: Receiver): string => `decoded only, ${receiver}`;

const BOUNDS = { lowest: 500, highest: 1_000_000 };
const BARE_NODE_START = 150_000;
const BARE_C_START = 320_000;
const INFLUX_POINTS_START = 120_000;
const DECODED_START = 120_000;
/** Samples a second: what a packet costs beside its samples is as much as some of them. */
const STORED_SAMPLES_START = 7_500_000;
const PACKET_COST_SAMPLES = 43;
const CLOSING_PACKETS = 3;
/** Sent again and again: each is read, checked and accounted for, and stored the first time only. */
const NUMBERS_DECODED = 1_000;
const WARM_UP = { rate: 20_000, count: 20_000, records: 4 };
const IDLE = { rate: 1_000, count: 300, records: 1 };

interface CounterPlan {
  readonly name: string;
  readonly start: number;
  readonly file: string;
  readonly args: readonly string[];
  readonly records: number;
}

/**
 * Two programs that only count, one on Node's socket and one in C.
 * @param sizes records per packet, for Node's: who stores a packet of 32 has received as many bytes
 */
export function counters(
  sizes: readonly number[],
  sender: BatterySender,
  context: BenchContext,
): Party {
  const armOf = ({ name, start, file, args, records }: CounterPlan): Arm => ({
    name,
    start,
    bounds: BOUNDS,
    attempt: async (rate, seconds) => {
      const counter = await startCounter(file, args, context.signal);
      const { port } = counter;
      const order = { port, apid: 1, rate, count: rate * seconds, records };
      const sent = await sender.send(order).outcome;
      return countedTrial(sent, await counter.outcome);
    },
  });
  return {
    name: 'counters',
    run: async (measure) => {
      const program = 'dist/scripts/bench/datagram-counter.program.js';
      for (const records of sizes)
        await measure(
          armOf({
            name: bareNodeArmName(records),
            start: BARE_NODE_START,
            file: process.execPath,
            args: [program],
            records,
          }),
        );
      const file = await compile('datagram-counter', context);
      await measure(armOf({ name: BARE_C, start: BARE_C_START, file, args: [], records: 1 }));
    },
  };
}

function countedTrial(
  { sent, seconds }: { readonly sent: number; readonly seconds: number },
  { received, cpuSeconds }: CounterOutcome,
): Trial {
  const arrived = Math.max(0, Math.min(sent, received - CLOSING_PACKETS));
  return { sent, seconds, arrived, drainSeconds: 0, isExplained: true, cpuSeconds };
}

/** InfluxDB with so many points in each datagram, on new data each round. */
export function influxdb(
  points: readonly number[],
  sender: BatterySender,
  context: BenchContext,
): Party {
  return {
    name: 'InfluxDB',
    run: async (measure) => {
      const influx = await Influxdb.start(sender, context);
      try {
        for (const records of points)
          await measure({
            name: influxArmName(records),
            start: INFLUX_POINTS_START / records,
            bounds: BOUNDS,
            attempt: (rate, seconds) => influx.play({ rate, count: rate * seconds, records }),
            settle: () => influx.settle(),
          });
      } finally {
        await influx.stop();
      }
    },
  };
}

export interface GroundPlan {
  readonly receiver: 'plain' | 'native';
  readonly isDecodedOnly: boolean;
  /** Records in each packet that is stored. */
  readonly records: readonly number[];
}

/** Our ingestor, a new one on a new database each round. */
export function ground(plan: GroundPlan, sender: BatterySender, context: BenchContext): Party {
  const { receiver, isDecodedOnly, records } = plan;
  return {
    name: `ingestor, ${receiver} receiver`,
    run: (measure) =>
      Ground.with(receiver, sender, context, async (running) => {
        await checkReceiver(running, receiver);
        const idleSeconds = await warmUp(running);
        if (isDecodedOnly) await measure(decodedArm(running, receiver, idleSeconds));
        for (const count of records)
          await measure(storedArm(running, { receiver, records: count, idleSeconds }));
      }),
  };
}

/** A build that names none has but the plain one. */
async function checkReceiver(running: Ground, wanted: 'plain' | 'native'): Promise<void> {
  const found = (await running.receiver()) ?? 'plain';
  if (found === wanted) return;
  throw new PartyMissing(`not there: the health of the ingestor names the ${found} receiver`);
}

/** What the end of a contact takes when there is nothing left to do. */
export async function warmUp(running: Ground): Promise<number> {
  await running.play(WARM_UP);
  return (await running.play(IDLE)).endSeconds;
}

export interface StoredArm {
  readonly receiver: Receiver;
  readonly records: number;
  readonly idleSeconds: number;
}

export function storedArm(running: Ground, { receiver, records, idleSeconds }: StoredArm): Arm {
  return {
    name: storedArmName(receiver, records),
    start: STORED_SAMPLES_START / (records + PACKET_COST_SAMPLES),
    bounds: BOUNDS,
    attempt: async (rate, seconds) => {
      const played = await running.play({ rate, count: rate * seconds, records });
      return storedTrial(played, records, idleSeconds);
    },
    settle: () => running.settle(),
  };
}

function decodedArm(running: Ground, receiver: Receiver, idleSeconds: number): Arm {
  return {
    name: decodedArmName(receiver),
    start: DECODED_START,
    bounds: BOUNDS,
    attempt: async (rate, seconds) => {
      const flight = { rate, count: rate * seconds, records: 1, numbers: NUMBERS_DECODED };
      const played = await running.play(flight);
      const { good, duplicates } = played.report.datagrams;
      const numbers = Math.min(NUMBERS_DECODED, played.sent);
      return {
        ...storedTrial(played, 1, idleSeconds),
        arrived: good + duplicates,
        isExplained: faultsIn(played.report, { numbers, records: 1 }).length === 0,
      };
    },
    settle: () => running.settle(),
  };
}

/** Stored is what the report says: it is written in one transaction with the last of the samples. */
export function storedTrial(
  { sent, seconds, report, endSeconds, cpuSeconds }: Played,
  records: number,
  idleSeconds: number,
): Trial {
  return {
    sent,
    seconds,
    arrived: report.datagrams.good,
    drainSeconds: Math.max(0, endSeconds - idleSeconds),
    isExplained: faultsIn(report, { numbers: sent, records }).length === 0,
    cpuSeconds,
  };
}
