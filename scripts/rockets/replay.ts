import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { FileError } from './file-error.js';
import type { Print } from './launch.js';
import { batchesOf, type RecordedMessage } from './message-batches.js';
import { ForeignAnswerError } from './replay-answers.js';
import type { ReplayOptions } from './replay.options.js';
import { ReplaySender } from './replay.sender.js';
import { ReplayTally } from './replay-tally.js';

const PROGRESS_EVERY_MS = 2_000;
/** Where nobody answers at all for so long, there is no monitor. */
const GIVE_UP_AFTER_SECONDS = 10;
/** Refused lines that are told; all are counted. */
const REFUSED_TOLD_MAX = 100;
const PIECE_BYTES = 256 * 1_024;

/**
 * Sends a file's messages to a monitor. The exit code: 0, or 1 when one was refused or unsent.
 * @throws {FileError} when the file cannot be opened
 */
export async function replay(
  options: ReplayOptions,
  print: Print,
  signal: AbortSignal,
): Promise<number> {
  const file = await openInput(options.file);
  const ending = new AbortController();
  const callOff = (): void => ending.abort();
  signal.addEventListener('abort', callOff);
  const timer = setTimeout(() => {
    print('error', `Not all could be sent within ${options.timeoutMs / 1_000} s.`);
    callOff();
  }, options.timeoutMs);
  // Ends a wait for a standard input that says nothing.
  ending.signal.addEventListener('abort', () => file.destroy());
  try {
    return await sendFile(file, { options, print, ending });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', callOff);
    file.destroy();
  }
}

interface Replaying {
  readonly options: ReplayOptions;
  readonly print: Print;
  readonly ending: AbortController;
}

async function sendFile(file: Readable, { options, print, ending }: Replaying): Promise<number> {
  const { signal } = ending;
  const tally = new ReplayTally();
  const onRefused = tellingRefused(tally, print);
  const batches = batchesOf(file, options.batchSize, (line, reason) => {
    tally.refuse(false);
    onRefused(line, reason);
  });
  const sender = new ReplaySender({ ...options, tally, onRefused, signal });
  const stopTelling = tellProgress(tally, { options, print, ending });
  try {
    await runSenders(batches, sender, tally, { options, print, ending });
  } finally {
    stopTelling();
    sender.close();
  }
  for (const line of tally.summary(options.batchSize > 1)) print('info', line);
  if (!signal.aborted) return tally.refusedCount === 0 ? 0 : 1;
  print('error', 'Not all was sent; to replay the file again counts nothing twice.');
  return 1;
}

/** Each takes the next batch when it is done with one. The first that fails ends all. */
async function runSenders(
  batches: AsyncGenerator<RecordedMessage[]>,
  sender: ReplaySender,
  tally: ReplayTally,
  { options, print, ending }: Replaying,
): Promise<void> {
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const { done, value } = await batches.next();
      if (done) return;
      tally.add(value.length);
      await sender.send(value);
    }
  };
  const runOrEnd = async (): Promise<void> => {
    try {
      await run();
    } catch (fault) {
      // The file was closed under its reader.
      if (ending.signal.aborted) return;
      ending.abort();
      if (!(fault instanceof ForeignAnswerError)) throw fault;
      print('error', `${fault.message}. Nothing more is sent.`);
    }
  };
  await Promise.all(Array.from({ length: options.concurrencyLevel }, runOrEnd));
}

function tellProgress(tally: ReplayTally, { options, print, ending }: Replaying): () => void {
  const timer = setInterval(() => {
    print('info', tally.line());
    const fault = tally.hopelessFault(GIVE_UP_AFTER_SECONDS);
    if (fault === null) return;
    print('error', `${options.url.href} does not answer (${fault}); is the monitor up?`);
    ending.abort();
  }, PROGRESS_EVERY_MS);
  return () => clearInterval(timer);
}

function tellingRefused(tally: ReplayTally, print: Print) {
  return (line: number, reason: string): void => {
    if (tally.refusedCount <= REFUSED_TOLD_MAX) print('error', `line ${line}: ${reason}`);
    if (tally.refusedCount === REFUSED_TOLD_MAX)
      print('error', 'Further lines that are refused are only counted.');
  };
}

async function openInput(file: string): Promise<Readable> {
  if (file === '-') return process.stdin;
  try {
    const handle = await open(file);
    const isFolder = (await handle.stat()).isDirectory();
    if (!isFolder) return handle.createReadStream({ highWaterMark: PIECE_BYTES });
    await handle.close();
  } catch (fault) {
    throw FileError.of(file, fault);
  }
  throw new FileError(`${file} is a folder, not a file.`);
}
