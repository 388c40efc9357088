import { deliver } from './deliver.js';
import { HistoryClient, MonitorError } from './history.client.js';
import type { Print } from './launch.js';
import type { RecordOptions } from './record.options.js';
import { writeRecording } from './recording.file.js';
import { rocketScenario } from './scenario.js';
import type { DeliveredScenarioOptions } from './scenario.options.js';

/** Messages that are written at once. */
const TEXT_MESSAGES = 1_000;

/**
 * Writes messages to a file. The exit code: 0, or 1 when not all there are could be had.
 * @throws {FileError} when the file cannot be opened
 */
export async function record(
  { file, source }: RecordOptions,
  print: Print,
  signal: AbortSignal,
): Promise<number> {
  const recording = new Recording(print);
  const texts =
    source instanceof URL ? recording.history(source, signal) : recording.scenario(source);
  try {
    await writeRecording(file, texts, signal);
  } catch (fault) {
    // Who reads standard output has enough.
    if ((fault as NodeJS.ErrnoException).code === 'EPIPE') return 0;
    if (!signal.aborted && !(fault instanceof MonitorError)) throw fault;
    print('error', `${signal.aborted ? 'Interrupted' : describe(fault)}. Nothing is recorded.`);
    return 1;
  }
  print('info', `${recording.messageCount} messages`);
  return recording.isWhole ? 0 : 1;
}

class Recording {
  messageCount = 0;
  isWhole = true;

  constructor(private readonly print: Print) {}

  async *scenario(options: DeliveredScenarioOptions): AsyncGenerator<string> {
    const { messages } = rocketScenario({ seed: options.seed, messageCount: options.maxMessages });
    const arrivals = deliver(messages, options);
    for (let at = 0; at < arrivals.length; at += TEXT_MESSAGES)
      yield this.#textOf(arrivals.slice(at, at + TEXT_MESSAGES));
  }

  async *history(monitor: URL, signal: AbortSignal): AsyncGenerator<string> {
    const client = new HistoryClient(monitor, signal);
    for await (const rockets of client.rockets())
      for (const { channel, messages_taken: takenCount } of rockets) {
        const before = this.messageCount;
        for await (const messages of client.messages(channel))
          yield this.#textOf(messages.map(({ envelope }) => envelope));
        this.#checkCount(channel, this.messageCount - before, takenCount);
      }
  }

  /** A monitor whose history is limited forgets the oldest messages. */
  #checkCount(channel: string, keptCount: number, takenCount: number): void {
    if (keptCount >= takenCount) return;
    this.isWhole = false;
    this.print('error', `rocket ${channel}: ${keptCount} of ${takenCount} messages are kept`);
  }

  #textOf(messages: readonly object[]): string {
    this.messageCount += messages.length;
    return messages.map((message) => `${JSON.stringify(message)}\n`).join('');
  }
}

const describe = (fault: unknown): string => (fault as Error).message;
