import { readFile } from 'node:fs/promises';

/** As the PostgreSQL store says it when it has read its log. */
const MESSAGE = 'The log of rockets is read';

interface LogLine {
  readonly msg?: string;
  readonly messages?: number;
  readonly tookMs?: number;
}

/** Messages a second, by the log of a monitor that has started. @throws Error where it does not say */
export async function readLogReplay(logFile: string): Promise<number> {
  return replayRateIn(await readFile(logFile, 'utf8'));
}

export function replayRateIn(log: string): number {
  const line = log.split('\n').find((text) => text.includes(MESSAGE)) ?? '{}';
  const { messages = 0, tookMs = 0 } = JSON.parse(line) as LogLine;
  if (messages > 0 && tookMs > 0) return messages / (tookMs / 1_000);
  throw new Error('The monitor does not say how fast it has read its log.');
}
