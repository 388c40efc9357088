import {
  AFTER_END,
  ContactAccount,
  DomainError,
  type Instant,
  MICROS_PER_MILLISECOND,
} from '#common/domain';
import { type CancelTimer, Clock, TIMER_DELAY_MS_MAX } from '#common/platform';
import type { PacketReaders } from '../packets/packet-readers.js';
import type { RecordedContact } from '../receptions/reception-store.port.js';
import type { ArchivedPacket } from '../samples/packet-order.js';
import type { Recording } from './recording.js';
import type { ReplayOutput } from './replay-output.js';
import { ReplayPace } from './replay-pace.js';

/** Given to the network at once. */
const BATCH_PACKETS_MAX = 64;
/** In a row: nobody is there. */
const REFUSED_MAX = 1_000;
const LIFE_MS_MAX = 24 * 3_600_000;
const READ_TRIES_MAX = 30;
const READ_AGAIN_MS = 1_000;
/** For a database that does not answer. */
const STOP_DEADLINE_MS = 2_000;

export type ReplayState = 'running' | 'completed' | 'stopped' | 'failed';

/** As it was asked for. */
export type ReplayTarget =
  | { readonly kind: 'events' }
  | {
      readonly kind: 'udp';
      readonly host: string;
      readonly port: number;
      /** Null: that of the packets as they were received. */
      readonly apid: number | null;
    };

export interface ReplayPlan {
  readonly id: string;
  readonly target: ReplayTarget;
  readonly speed: number;
  /** As it was when the replay began. */
  readonly contact: RecordedContact;
}

export interface ReplayParts {
  readonly open: () => Promise<Recording>;
  readonly output: ReplayOutput;
  readonly readers: PacketReaders;
  readonly clock: Clock;
}

/** One stored contact once more. What it sends counts in an account of its own, and is stored nowhere. */
export class Replay {
  readonly account: ContactAccount;
  readonly startedAt: Instant;
  state: ReplayState = 'running';
  endedAt: Instant | null = null;
  /** Why it failed, in words. */
  fault: string | null = null;
  /** In the recording; null until it is known. */
  packets: number | null = null;
  /** That the packets sent hold. */
  samples = 0;
  /** That the network did not take. */
  refused = 0;
  highestSequence: number | null = null;
  readonly ended: Promise<void>;
  #refusedInRow = 0;
  #isStopped = false;
  #wake: () => void = () => undefined;

  constructor(
    readonly plan: ReplayPlan,
    private readonly parts: ReplayParts,
  ) {
    const { report, neverSent } = plan.contact;
    this.account = ContactAccount.open(report.accounting);
    for (const [from, to] of neverSent) this.account.skip(from, to);
    const { datagrams, last_sequence: last } = report;
    // Stored before anybody knew that the ship had never sent them.
    if (AFTER_END in datagrams.rejected && last !== null) this.account.endAt(last);
    this.startedAt = this.#now;
    this.ended = this.#run();
  }

  /** Done when all that it will ever send has left, or it takes too long to wait for. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    let cancel: CancelTimer = () => undefined;
    const deadline = new Promise<void>((resolve) => {
      cancel = this.parts.clock.after(STOP_DEADLINE_MS, resolve);
    });
    await Promise.race([this.ended, deadline]);
    cancel();
  }

  get #now(): Instant {
    return this.parts.clock.nowMs() * MICROS_PER_MILLISECOND;
  }

  /** What the ship said was the last, once all was sent; before, the highest number that left. */
  get lastSequence(): number {
    const { last_sequence, first_sequence } = this.plan.contact.report;
    if (this.state !== 'running' && this.state !== 'completed') return this.highestSequence ?? 0;
    return last_sequence ?? this.highestSequence ?? Math.max(0, (first_sequence ?? 1) - 1);
  }

  async #run(): Promise<void> {
    const cancel = this.parts.clock.after(LIFE_MS_MAX, () => this.#fail('It took too long'));
    try {
      await this.#play();
      this.#end(this.#isStopped ? 'stopped' : 'completed');
      await this.parts.output.finish(this.lastSequence);
    } catch (fault) {
      this.#fail(fault instanceof Error ? fault.message : String(fault));
    } finally {
      cancel();
      await this.parts.output.close();
    }
  }

  async #play(): Promise<void> {
    const recording = await this.#persist(this.parts.open);
    this.packets = recording?.packets ?? null;
    const pace = new ReplayPace(this.parts.clock.monotonicMs(), this.plan.speed);
    while (recording && !this.#isStopped) {
      const page = await this.#persist(() => recording.next());
      if (!page || page.length === 0) return;
      await this.#playPage(page, pace);
    }
  }

  async #playPage(page: readonly ArchivedPacket[], pace: ReplayPace): Promise<void> {
    let at = 0;
    while (at < page.length && !this.#isStopped) {
      const nowMs = this.parts.clock.monotonicMs();
      const batch: ArchivedPacket[] = [];
      let waitMs = 0;
      while (waitMs === 0 && at < page.length && batch.length < BATCH_PACKETS_MAX) {
        waitMs = pace.waitMs(page[at]!.generatedAt, nowMs);
        if (waitMs === 0) batch.push(page[at++]!);
      }
      if (batch.length > 0) await this.#send(batch);
      else await this.#pause(waitMs);
    }
  }

  async #send(batch: readonly ArchivedPacket[]): Promise<void> {
    const refused = new Set(await this.parts.output.send(batch));
    for (const [place, packet] of batch.entries()) {
      if (refused.has(place)) this.#refusedInRow += 1;
      else this.#count(packet);
    }
    this.refused += refused.size;
    if (this.#refusedInRow >= REFUSED_MAX) throw new Error('Nobody listens at the target');
  }

  #count({ origin, packet, sequence }: ArchivedPacket): void {
    this.#refusedInRow = 0;
    if (this.account.accounting === 'totals') this.account.takeUnnumbered(packet.length);
    else this.account.takeNumbered(sequence, packet.length);
    this.highestSequence = Math.max(this.highestSequence ?? 0, sequence);
    const verdict = this.parts.readers.named(origin.definition)?.check(packet, 0, packet.length);
    if (verdict?.kind === 'good') this.samples += verdict.sampleCount;
  }

  /** An archive that is busy or away is asked again for a while. Null when it is stopped meanwhile. */
  async #persist<T>(read: () => Promise<T>): Promise<T | null> {
    for (let attempt = 1; !this.#isStopped; attempt += 1) {
      try {
        return await read();
      } catch (fault) {
        if (attempt >= READ_TRIES_MAX) throw asTold(fault);
        await this.#pause(READ_AGAIN_MS);
      }
    }
    return null;
  }

  #pause(ms: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel: CancelTimer = this.parts.clock.after(
        Math.min(Math.ceil(ms), TIMER_DELAY_MS_MAX),
        resolve,
      );
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  /** The first end stands. */
  #end(state: ReplayState): void {
    if (this.state !== 'running') return;
    this.state = state;
    this.endedAt = this.#now;
  }

  #fail(reason: string): void {
    if (this.state === 'running') this.fault = reason;
    this.#end('failed');
    this.#isStopped = true;
    this.#wake();
  }
}

/** What a database says is not for those who ask. */
const asTold = (cause: unknown): Error =>
  cause instanceof DomainError ? cause : new Error('The archive could not be read', { cause });
