import { readFile } from 'node:fs/promises';
import { ignoring } from '#common/embedded';
import type { StreamFact } from './facts.js';

interface LogLine {
  readonly msg?: string;
  readonly time?: string;
  readonly eventKey?: string;
  readonly shipName?: string | null;
  readonly lastSequence?: number;
  readonly sent?: number;
  readonly contactId?: string;
}

/** The ship's log outlives its kills: every line is written before the ship goes on. */
export async function readStreams(file: string): Promise<StreamFact[]> {
  return streamsOf(await linesOf(file));
}

/** Contact ids, once for each request to the ship whose answer was lost. */
export async function readLeftBehind(files: readonly string[]): Promise<string[]> {
  const lines = (await Promise.all(files.map(linesOf))).flat();
  return lines
    .filter(({ msg }) => msg?.startsWith('A stream may be left behind') === true)
    .map(({ contactId }) => contactId ?? '');
}

export function streamsOf(lines: readonly LogLine[]): StreamFact[] {
  const ends = new Map(
    lines.filter(({ msg }) => msg === 'A stream ended').map((line) => [line.eventKey, line]),
  );
  return lines
    .filter(({ msg }) => msg === 'A stream started')
    .map(({ eventKey = '', shipName, time = '' }) => {
      const end = ends.get(eventKey);
      const ended = end && { lastSequence: end.lastSequence ?? 0, sent: end.sent ?? 0 };
      return {
        eventKey,
        shipName: shipName ?? '',
        startedAtMs: Date.parse(time),
        ended: ended ?? null,
      };
    });
}

async function linesOf(file: string): Promise<LogLine[]> {
  const text = (await readFile(file, 'utf8').catch(ignoring('ENOENT'))) ?? '';
  return text.split('\n').flatMap(parse);
}

/** A kill may cut the last line of a life in two. */
function parse(line: string): LogLine[] {
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}
