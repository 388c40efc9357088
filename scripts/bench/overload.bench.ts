import { setTimeout as wait } from 'node:timers/promises';
import type { ContactReport } from '#common/contracts';
import type { BenchContext } from './context.js';
import type { Row } from './figure.js';
import { numberOf } from './table.js';
import { measureArm } from './telemetry/arms.js';
import { BatterySender } from './telemetry/battery-sender.js';
import { storedArm, storedTrial, warmUp } from './telemetry/contestants.js';
import { causesOf, faultsIn } from './telemetry/explained.js';
import { Ground } from './telemetry/ground.js';
import { figure, memoryRows } from './telemetry/memory-rows.js';
import { type Residents, watchResident } from './telemetry/resident-watch.js';
import { lineOf, measuredOf } from './telemetry/trial.js';

const TIMES = 10;
const NORMAL_SHARE = 0.5;
const NORMAL_SECONDS = 1;
const BACK_SECONDS_MAX = 10;
/** After so long it is never back. */
const BACK_MS_MAX = 60_000;

/** Ten times what is stored, or what the sender can: the account closes, and then all is as before. */
export async function* benchOverload(context: BenchContext): AsyncGenerator<Row> {
  const sender = await BatterySender.compile(context);
  const rows = await Ground.with(null, sender, context, async (ground) => {
    const idleSeconds = await warmUp(ground);
    const held = await findHeld(ground, idleSeconds, context);
    const seconds = context.options.overloadSeconds;
    context.onProgress(`overload: ${TIMES} times ${Math.round(held)}/s for ${seconds} s`);
    const overloaded = await overload(ground, held, idleSeconds, context);
    return rowsOf(held, overloaded);
  });
  yield* rows;
}

async function findHeld(
  ground: Ground,
  idleSeconds: number,
  { options, onProgress }: BenchContext,
): Promise<number> {
  const arm = storedArm(ground, { receiver: null, records: 1, idleSeconds });
  const measured = await measureArm(arm, arm.start, {
    seconds: options.seconds,
    onTrial: (line) => onProgress(`  ${line}`),
  });
  if (measured) return measured.rate;
  throw new Error('The ingestor holds no rate without loss');
}

interface Overloaded {
  readonly sent: number;
  readonly seconds: number;
  readonly report: ContactReport;
  readonly residents: Residents;
  /** From its end to the start of a contact without loss; null: there was none. */
  readonly backSeconds: number | null;
}

async function overload(
  ground: Ground,
  held: number,
  idleSeconds: number,
  { options, signal, onProgress }: BenchContext,
): Promise<Overloaded> {
  const seconds = options.overloadSeconds;
  const rate = held * TIMES;
  const { result, residents } = await watchResident(ground.pid, async () => {
    const contact = await ground.begin({ rate, count: rate * seconds, records: 1 });
    // The sender may be slower than that, and then it would be at it for longer.
    await Promise.race([contact.run.outcome, wait(seconds * 1_000, undefined, { signal })]);
    contact.run.stop();
    return { contact, outcome: await contact.run.outcome };
  });
  const endedAtMs = performance.now();
  const ending = ground.end(result.contact);
  ending.catch(() => undefined);
  const backSeconds = await findBack(ground, {
    rate: held * NORMAL_SHARE,
    idleSeconds,
    endedAtMs,
    onProgress,
  });
  return { ...result.outcome, residents, backSeconds, report: await ending };
}

interface Normal {
  readonly rate: number;
  readonly idleSeconds: number;
  readonly endedAtMs: number;
  readonly onProgress: (text: string) => void;
}

async function findBack(ground: Ground, normal: Normal): Promise<number | null> {
  const { rate, idleSeconds, endedAtMs, onProgress } = normal;
  while (performance.now() - endedAtMs < BACK_MS_MAX) {
    const played = await ground.play({ rate, count: rate * NORMAL_SECONDS, records: 1 });
    const trial = storedTrial(played, 1, idleSeconds);
    onProgress(`  after it: ${lineOf(rate, trial)}`);
    if (measuredOf(trial).isHeld) return (played.startedAtMs - endedAtMs) / 1_000;
  }
  return null;
}

function rowsOf(held: number, overloaded: Overloaded): Row[] {
  const { sent, seconds, report, residents, backSeconds } = overloaded;
  const against = (name: string, rate: number): Row => ({
    ...figure(`overload, ${name}, against the highest held`, 'datagrams/s', rate),
    limit: held,
    ratio: rate / held,
  });
  const name = 'overload, back to normal';
  return [
    against('sent', sent / seconds),
    against('stored meanwhile', report.datagrams.good / seconds),
    accountRow(report, sent),
    ...memoryRows('overload', residents),
    backSeconds === null
      ? { name, remark: `NOT within ${BACK_MS_MAX / 1_000} s`, isFault: true }
      : {
          ...figure(name, 'seconds', backSeconds),
          goal: { of: 'ours', is: 'below', value: BACK_SECONDS_MAX },
        },
  ];
}

function accountRow(report: ContactReport, sent: number): Row {
  const name = 'overload, account';
  const faults = faultsIn(report, { numbers: sent, records: 1 });
  if (faults.length > 0) return { name, remark: `WRONG: ${faults.join('; ')}`, isFault: true };
  const causes = Object.entries(causesOf(report));
  const missing = causes.map(([cause, count]) => `${cause} ${numberOf(count)}`);
  const told = [`good ${numberOf(report.numbers.good)}`, ...missing].join(', ');
  return { name, remark: `closed: of ${numberOf(sent)} sent ${told}` };
}
