import { randomUUID } from 'node:crypto';
import type { ContactReport } from '#common/contracts';
import { poll, settlesWithin } from '#common/embedded';
import { readLogTail } from '../../services/log-tail.js';
import { type Answer, call } from '../../storm/http-call.js';
import type { BenchContext } from '../context.js';
import type { BatterySender, SendOutcome } from './battery-sender.js';
import { cpuSecondsOf, untilIdle } from './cpu.js';
import { type GroundApps, type Receiver, startGroundApps } from './ground-apps.js';
import type { NativeRun } from './native-programs.js';
import { type Flight, ShipStandIn } from './ship.stand-in.js';

const ANSWER_MS_MAX = 10_000;
/** Ahead of its start, a contact is booked. */
const LEAD_MS = 400;
const START_MS_MAX = 30_000;
/** Contacts are ended when all is sent; this is in case they are not. */
const SPARE_SECONDS = 300;
const REPORT_MS_MAX = 120_000;
const ASK_EVERY_MS = 20;
const MERGED_ASK_EVERY_MS = 1_000;

/** A contact from the first datagram to its report. */
export interface Played extends SendOutcome {
  readonly shipName: string;
  readonly report: ContactReport;
  /** When its ship was asked for its stream, as `performance.now()` counts. */
  readonly startedAtMs: number;
  /** From the last datagram to the report. */
  readonly endSeconds: number;
  readonly cpuSeconds: number | null;
}

/** A contact whose ship is sending. */
export interface Contact {
  readonly id: string;
  readonly shipName: string;
  readonly run: NativeRun<SendOutcome>;
}

interface Upkeep {
  readonly last_round_at: string | null;
  readonly minutes_waiting: number | null;
}

/** The apps, and the ship that they ask for a stream. */
export class Ground {
  private constructor(
    private readonly apps: GroundApps,
    private readonly ship: ShipStandIn,
    private readonly signal: AbortSignal,
  ) {}

  static async open(
    receiver: Receiver,
    sender: BatterySender,
    context: BenchContext,
  ): Promise<Ground> {
    const ship = await ShipStandIn.start(sender);
    try {
      const apps = await startGroundApps(receiver, ship.url, context);
      return new Ground(apps, ship, context.signal);
    } catch (fault) {
      await ship.close();
      throw fault;
    }
  }

  /** For as long as the work with it takes. */
  static async with<T>(
    receiver: Receiver,
    sender: BatterySender,
    context: BenchContext,
    work: (ground: Ground) => Promise<T>,
  ): Promise<T> {
    const ground = await Ground.open(receiver, sender, context);
    try {
      return await work(ground);
    } finally {
      await ground.close();
    }
  }

  get pid(): number {
    return this.apps.process.pid;
  }

  get ingestorUrl(): string {
    return this.apps.ingestorUrl;
  }

  async close(): Promise<void> {
    await this.ship.close();
    await this.apps.close();
  }

  /** Until the apps and their database have nothing to do. */
  settle(): Promise<void> {
    return untilIdle(this.#pids, this.signal);
  }

  /** The receiver that the health names; null where it names none. */
  async receiver(): Promise<string | null> {
    const { body } = await ask('GET', `${this.ingestorUrl}/health/ready`);
    const { details } = body as { details?: { udp?: { receiver?: unknown } } };
    const receiver = details?.udp?.receiver;
    return typeof receiver === 'string' ? receiver : null;
  }

  /** A contact that ends when its ship has sent all; without a name, of a ship of its own. */
  async play(flight: Flight, shipName = newShipName()): Promise<Played> {
    const { contact, cpuBefore } = await this.#open(flight, shipName);
    const startedAtMs = performance.now();
    const outcome = await contact.run.outcome;
    const endedAt = performance.now();
    const report = await this.end(contact);
    const endSeconds = (performance.now() - endedAt) / 1_000;
    const cpuAfter = await this.#cpuSeconds();
    const cpuSeconds = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore;
    return { ...outcome, shipName, startedAtMs, report, endSeconds, cpuSeconds };
  }

  /** Books a contact, and waits until its ship sends. */
  async begin(flight: Flight): Promise<Contact> {
    return (await this.#open(flight, newShipName())).contact;
  }

  /** Until the ship has a sample that can be asked for. */
  async waitForSample(shipName: string): Promise<void> {
    const url = `${this.ingestorUrl}/ships/${encodeURIComponent(shipName)}/latest`;
    const isThere = await poll(
      async () => (await ask('GET', url)).status === 200 || undefined,
      START_MS_MAX,
    );
    if (isThere === undefined) throw new Error('A ship that sends has no last value');
  }

  /** Until a round of the upkeep that ended after this call left no minute without levels. */
  async waitUntilMerged(timeoutMs: number): Promise<void> {
    const since = Date.now();
    const isMerged = async (): Promise<true | undefined> => {
      this.signal.throwIfAborted();
      const { body } = await ask('GET', `${this.ingestorUrl}/health/ready`);
      const { upkeep } = (body as { details: { upkeep: Upkeep } }).details;
      const isNew = Date.parse(upkeep.last_round_at ?? '') > since;
      return (isNew && upkeep.minutes_waiting === 0) || undefined;
    };
    if (!(await poll(isMerged, timeoutMs, MERGED_ASK_EVERY_MS)))
      throw new Error(`Minutes are not merged after ${timeoutMs / 1_000} s`);
  }

  /** Ends the contact, and waits for its report. */
  async end({ id }: Contact): Promise<ContactReport> {
    await ask('DELETE', `${this.apps.schedulerUrl}/scheduler/${id}`);
    const report = await poll(
      async () => {
        this.signal.throwIfAborted();
        const { status, body } = await ask('GET', `${this.ingestorUrl}/contacts/${id}/report`);
        return status === 200 ? (body as ContactReport) : undefined;
      },
      REPORT_MS_MAX,
      ASK_EVERY_MS,
    );
    if (report) return report;
    throw await this.#failure(`A contact has no report ${REPORT_MS_MAX / 1_000} s after its end`);
  }

  async #open(
    flight: Flight,
    shipName: string,
  ): Promise<{ contact: Contact; cpuBefore: number | null }> {
    this.signal.throwIfAborted();
    const started = this.ship.plan(shipName, flight);
    const cpuBefore = await this.#cpuSeconds();
    const { status, body } = await ask('POST', `${this.apps.schedulerUrl}/scheduler/`, {
      ship_name: shipName,
      start_time: new Date(Date.now() + LEAD_MS).toISOString(),
      duration: Math.ceil(flight.rate > 0 ? flight.count / flight.rate : 0) + SPARE_SECONDS,
      stream: { format: 'ccsds' },
    });
    if (status !== 201) throw await this.#failure(`A contact was answered with ${status}`);
    if (!(await settlesWithin(started, START_MS_MAX)))
      throw await this.#failure('The ship was never asked for its stream');
    const { id } = body as { id: string };
    return { contact: { id, shipName, run: await started }, cpuBefore };
  }

  async #failure(story: string): Promise<Error> {
    const { logFile, process } = this.apps;
    const end = (await process.isRunning()) ? '' : ': the apps have ended by themselves';
    return new Error(`${story}${end}\n${await readLogTail([logFile])}`);
  }

  #cpuSeconds(): Promise<number | null> {
    return cpuSecondsOf(this.#pids);
  }

  get #pids(): readonly number[] {
    return [this.pid, this.apps.postgresqlPid];
  }
}

const newShipName = (): string => `bench ${randomUUID()}`;

async function ask(
  method: string,
  url: string,
  body?: object,
): Promise<Pick<Extract<Answer, { kind: 'answer' }>, 'status' | 'body'>> {
  const answer = await call(method, url, ANSWER_MS_MAX, body);
  return answer.kind === 'answer' ? answer : { status: 0, body: {} };
}
