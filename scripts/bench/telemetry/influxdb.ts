import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { poll } from '#common/embedded';
import { canInstall, install } from '../../services/apt.js';
import { findFreePorts } from '../../services/ports.js';
import { findProgram } from '../../services/programs.js';
import { call } from '../../storm/http-call.js';
import type { BenchContext } from '../context.js';
import type { BatterySender, SendOrder } from './battery-sender.js';
import { cpuSecondsOf, untilIdle } from './cpu.js';
import { influxConfig } from './influxdb.config.js';
import { type OwnProcess, startOwn } from './own-process.js';
import type { Trial } from './trial.js';

const DATABASE = 'bench';
const ANSWER_MS_MAX = 10_000;
const ASK_EVERY_MS = 50;
/** Nothing more is stored when nothing was for so long. */
const QUIET_MS = 1_000;
const STORE_MS_MAX = 60_000;

export type InfluxOrder = Pick<SendOrder, 'rate' | 'count' | 'records'>;

/** What a user would pick: InfluxDB's UDP listener, as Debian has it. */
export class Influxdb {
  #measurements = 0;

  private constructor(
    private readonly own: OwnProcess,
    private readonly url: string,
    private readonly udpPort: number,
    private readonly sender: BatterySender,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws Error where it is not there, and cannot be installed */
  static async start(sender: BatterySender, context: BenchContext): Promise<Influxdb> {
    const program = await findOrInstall(context);
    const [http = 0, rpc = 0, udp = 0] = await findFreePorts(3);
    const folder = join(context.folder, `influxdb-${http}`);
    await mkdir(folder, { recursive: true });
    const configFile = join(folder, 'influxdb.conf');
    await writeFile(configFile, influxConfig({ folder, http, rpc, udp, database: DATABASE }));
    const url = `http://127.0.0.1:${http}`;
    const wanted = {
      file: program,
      args: ['-config', configFile],
      env: { PATH: process.env['PATH'] ?? '', HOME: folder },
      folder,
      logFile: join(folder, 'influxdb.log'),
    };
    const answers = async (): Promise<boolean> => (await query(url, 'SHOW DATABASES')) !== null;
    const own = await startOwn('InfluxDB', wanted, answers);
    return new Influxdb(own, url, udp, sender, context.signal);
  }

  /** Sends points, and counts what is stored. */
  async play(order: InfluxOrder): Promise<Trial> {
    this.signal.throwIfAborted();
    this.#measurements += 1;
    const lines = `m${this.#measurements}`;
    const cpuBefore = await cpuSecondsOf([this.own.pid]);
    const run = this.sender.send({ ...order, lines, port: this.udpPort, apid: 1 });
    const { sent, seconds } = await run.outcome;
    const endedAt = performance.now();
    const { points, at } = await this.#countUntilQuiet(lines, sent * order.records);
    const cpuAfter = await cpuSecondsOf([this.own.pid]);
    return {
      sent,
      seconds,
      arrived: points / order.records,
      drainSeconds: Math.max(0, (at - endedAt) / 1_000),
      isExplained: true,
      cpuSeconds: cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore,
    };
  }

  settle(): Promise<void> {
    return untilIdle([this.own.pid], this.signal);
  }

  stop(): Promise<void> {
    return this.own.stop();
  }

  /** And when the last one was there. */
  async #countUntilQuiet(
    measurement: string,
    wanted: number,
  ): Promise<{ readonly points: number; readonly at: number }> {
    let last = { points: 0, at: performance.now() };
    const settled = await poll(
      async () => {
        this.signal.throwIfAborted();
        const counted = await this.#count(measurement);
        const at = performance.now();
        if (counted > last.points) last = { points: counted, at };
        return last.points >= wanted || at - last.at > QUIET_MS ? last : undefined;
      },
      STORE_MS_MAX,
      ASK_EVERY_MS,
    );
    return settled ?? last;
  }

  async #count(measurement: string): Promise<number> {
    const answer = (await query(this.url, `SELECT count(volts) FROM ${measurement}`)) as Counted;
    return answer?.results?.[0]?.series?.[0]?.values?.[0]?.[1] ?? 0;
  }
}

type Counted = {
  readonly results?: readonly {
    readonly series?: readonly { readonly values?: readonly (readonly [unknown, number])[] }[];
  }[];
} | null;

/** Null while it does not answer. */
async function query(url: string, text: string): Promise<unknown> {
  const parameters = new URLSearchParams({ db: DATABASE, q: text });
  const answer = await call('GET', `${url}/query?${parameters}`, ANSWER_MS_MAX);
  return answer.kind === 'answer' && answer.status === 200 ? answer.body : null;
}

async function findOrInstall({ onProgress }: BenchContext): Promise<string> {
  const found = await findProgram('influxd');
  if (found !== undefined) return found;
  if (!(await canInstall()))
    throw new Error('InfluxDB is not on this machine (Debian, Ubuntu: apt-get install influxdb)');
  await install(['influxdb'], onProgress);
  const installed = await findProgram('influxd');
  if (installed === undefined) throw new Error('The package influxdb has brought no influxd');
  return installed;
}
