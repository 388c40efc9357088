import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

const ANSWER_MS_MAX = 30_000;
const NEWLINE = 0x0a;

export interface TimedAnswer {
  readonly status: number;
  /** From the question to the last byte. */
  readonly milliseconds: number;
  readonly bytes: number;
}

/** Questions one after the other on one connection, `everyMs` apart or at once. */
export async function getEach(
  urls: readonly string[],
  everyMs: number,
  signal: AbortSignal,
): Promise<TimedAnswer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answers: TimedAnswer[] = [];
  const startedAt = performance.now();
  try {
    for (const [at, url] of urls.entries()) {
      const pauseMs = startedAt + at * everyMs - performance.now();
      if (pauseMs > 0) await wait(pauseMs, undefined, { signal });
      answers.push(await getOne(url, agent, signal));
    }
    return answers;
  } finally {
    agent.destroy();
  }
}

async function getOne(url: string, agent: Agent, signal: AbortSignal): Promise<TimedAnswer> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS_MAX)]);
  const startedAt = performance.now();
  const answer = await ask(url, { agent, signal: ending });
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) bytes += chunk.length;
  const milliseconds = performance.now() - startedAt;
  return { status: answer.statusCode ?? 0, milliseconds, bytes };
}

export interface Download extends TimedAnswer {
  readonly lines: number;
  /** The first and last four bytes, by which some formats are known. */
  readonly edges: readonly [first: string, last: string];
}

/** However long it is, nothing of it is kept. */
export async function download(
  url: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Download> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const startedAt = performance.now();
  const answer = await ask(url, { agent: false, signal: ending });
  let [bytes, lines] = [0, 0];
  let [first, last] = ['', ''];
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    lines += linesIn(chunk);
    if (first.length < 4) first = (first + chunk.toString('latin1', 0, 4)).slice(0, 4);
    last = (last + chunk.toString('latin1', Math.max(0, chunk.length - 4))).slice(-4);
  }
  const milliseconds = performance.now() - startedAt;
  return { status: answer.statusCode ?? 0, milliseconds, bytes, lines, edges: [first, last] };
}

function linesIn(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}

function ask(
  url: string,
  options: { readonly agent: Agent | false; readonly signal: AbortSignal },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, options, resolve).once('error', reject);
  });
}
