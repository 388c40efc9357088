import { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { postKeepingAlive } from './keep-alive.client.js';
import { postOnce } from './one-shot.client.js';

/** As the public rockets program does: a request has so long, and then it is sent again. */
const REQUEST_TIMEOUT_MS = 10_000;
const REPEAT_DELAY_MS = 500;

export interface SenderOptions {
  readonly url: URL;
  /** Use connections again, instead of one of its own for each message. */
  readonly keepAlive: boolean;
  readonly concurrencyLevel: number;
  readonly messageDelayMs: number;
  /** After every answer; the status, or what went wrong. */
  readonly onAnswer: (answer: string) => void;
  readonly signal: AbortSignal;
}

/** Never fails: a request without an answer has the fault's code for one. */
type Post = (body: string) => Promise<string>;

/** Sends all messages in order, so many at a time; each is repeated until it is taken. */
export async function sendAll(messages: readonly object[], options: SenderOptions): Promise<void> {
  const { url, keepAlive, concurrencyLevel, messageDelayMs, signal } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: concurrencyLevel });
  const post: Post = keepAlive
    ? (body) => postKeepingAlive(url, body, REQUEST_TIMEOUT_MS, agent)
    : (body) => postOnce(url, body, REQUEST_TIMEOUT_MS);
  let next = 0;
  const sendNext = async (): Promise<void> => {
    while (next < messages.length && !signal.aborted) {
      const body = JSON.stringify(messages[next]);
      next += 1;
      await sendUntilTaken(body, post, options);
      if (messageDelayMs > 0) await pause(messageDelayMs, signal);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrencyLevel }, sendNext));
  } finally {
    agent.destroy();
  }
}

async function sendUntilTaken(body: string, post: Post, options: SenderOptions): Promise<void> {
  while (!options.signal.aborted) {
    const answer = await post(body);
    options.onAnswer(answer);
    if (/^2\d\d$/.test(answer)) return;
    await pause(REPEAT_DELAY_MS, options.signal);
  }
}

/** Ends early when all is called off. */
const pause = (delayMs: number, signal: AbortSignal): Promise<void> =>
  wait(delayMs, undefined, { signal }).catch(() => undefined);
