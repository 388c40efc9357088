import { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { postLines } from './batch.client.js';
import { postKeepingAlive } from './keep-alive.client.js';
import type { RecordedMessage } from './message-batches.js';
import { postOnce } from './one-shot.client.js';
import { readBatchAnswer, readSingleAnswer, type Reading } from './replay-answers.js';
import type { ReplayOptions } from './replay.options.js';
import type { ReplayTally } from './replay-tally.js';

/** A single message has so long, as at the public rockets program; a batch may be ten thousand. */
const SINGLE_TIMEOUT_MS = 10_000;
const BATCH_TIMEOUT_MS = 60_000;
const REPEAT_DELAY_MS = 500;

export interface ReplaySenderOptions extends Pick<
  ReplayOptions,
  'url' | 'batchSize' | 'concurrencyLevel' | 'keepAlive'
> {
  readonly tally: ReplayTally;
  readonly onRefused: (line: number, reason: string) => void;
  readonly signal: AbortSignal;
}

/** Sends batches until the monitor has taken or refused each message. */
export class ReplaySender {
  readonly #agent: Agent;
  readonly #batchUrl: URL;

  constructor(private readonly options: ReplaySenderOptions) {
    const { url, concurrencyLevel } = options;
    this.#agent = new Agent({ keepAlive: true, maxSockets: concurrencyLevel });
    this.#batchUrl = new URL(url);
    this.#batchUrl.pathname = `${url.pathname.replace(/\/$/, '')}/batch`;
  }

  close(): void {
    this.#agent.destroy();
  }

  /**
   * Returns early when it is called off.
   * @throws {ForeignAnswerError} when no answer will ever be of use
   */
  async send(batch: readonly RecordedMessage[]): Promise<void> {
    const { tally, signal, batchSize } = this.options;
    const isSingle = batchSize === 1;
    let left = batch;
    while (left.length > 0 && !signal.aborted) {
      const reading = await (isSingle ? this.#postSingle(left) : this.#postBatch(left));
      if (reading.kind === 'whole') return this.#sendParts(left, reading.reason);
      if (reading.kind === 'verdict') {
        const { refused, again } = reading.verdict;
        tally.settle(reading.verdict);
        for (const { at, reason } of refused) this.#refuse(left[at], reason);
        left = again.flatMap((at) => left[at] ?? []);
      }
      if (left.length > 0) await pause(REPEAT_DELAY_MS, signal);
    }
  }

  /** A request that is refused as a whole is halved until the message is found that is to blame. */
  async #sendParts(batch: readonly RecordedMessage[], reason: string): Promise<void> {
    if (batch.length === 1) return this.#refuse(batch[0], reason);
    const half = Math.ceil(batch.length / 2);
    await this.send(batch.slice(0, half));
    await this.send(batch.slice(half));
  }

  async #postSingle([message]: readonly RecordedMessage[]): Promise<Reading> {
    const { url, keepAlive } = this.options;
    const text = message?.text ?? '';
    const status = keepAlive
      ? await postKeepingAlive(url, text, SINGLE_TIMEOUT_MS, this.#agent)
      : await postOnce(url, text, SINGLE_TIMEOUT_MS);
    return this.#noting(status, readSingleAnswer(url, status));
  }

  async #postBatch(batch: readonly RecordedMessage[]): Promise<Reading> {
    const { signal } = this.options;
    const body = batch.map(({ text }) => `${text}\n`).join('');
    const limits = { timeoutMs: BATCH_TIMEOUT_MS, agent: this.#agent, signal };
    const answer = await postLines(this.#batchUrl, body, limits);
    return this.#noting(answer.status, readBatchAnswer(this.#batchUrl, answer, batch.length));
  }

  #noting(status: string, reading: Reading): Reading {
    if (reading.kind === 'none') this.options.tally.fail(status);
    return reading;
  }

  #refuse(message: RecordedMessage | undefined, reason: string): void {
    if (message === undefined) return;
    this.options.tally.refuse(true);
    this.options.onRefused(message.line, reason);
  }
}

/** Ends early when all is called off. */
const pause = (delayMs: number, signal: AbortSignal): Promise<void> =>
  wait(delayMs, undefined, { signal }).catch(() => undefined);
