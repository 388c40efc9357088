import type { BenchContext } from '../context.js';
import { compile, type NativeRun, runNative } from './native-programs.js';

export interface SendOrder {
  readonly port: number;
  readonly apid: number;
  /** Datagrams a second; 0: as many as it can. */
  readonly rate: number;
  /** Datagrams. */
  readonly count: number;
  /** Records in each. */
  readonly records: number;
  /** Sequence numbers begin again after so many; 0 or nothing: never. */
  readonly numbers?: number;
  /** Generation time of the first, and from one to the next; nothing: now, as the rate is. */
  readonly timeMicros?: number;
  readonly stepMicros?: number;
  /** InfluxDB's line protocol instead of packets: the measurement. */
  readonly lines?: string;
}

export interface SendOutcome {
  readonly sent: number;
  readonly seconds: number;
}

const SPARE_MS = 30_000;
/** One core may have to do for sender and receiver. */
const SLOWER_MAX = 4;
const RATE_MIN = 10_000;

/** Our C program that sends battery readings evenly, faster than any receiver takes them. */
export class BatterySender {
  private constructor(
    private readonly file: string,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws Error where no compiler is */
  static async compile(context: Pick<BenchContext, 'folder' | 'signal'>): Promise<BatterySender> {
    return new BatterySender(await compile('battery-sender', context), context.signal);
  }

  send(order: SendOrder): NativeRun<SendOutcome> {
    const seconds = order.count / (order.rate || RATE_MIN);
    const timeoutMs = Math.ceil(SPARE_MS + SLOWER_MAX * seconds * 1_000);
    return runNative<SendOutcome>(this.file, argsOf(order), { timeoutMs, signal: this.signal });
  }
}

export function argsOf(order: SendOrder): string[] {
  const values = {
    port: order.port,
    apid: order.apid,
    rate: Math.round(order.rate),
    count: Math.round(order.count),
    records: order.records,
    numbers: order.numbers,
    time: order.timeMicros,
    step: order.stepMicros,
    lines: order.lines,
  };
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
}
