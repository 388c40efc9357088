import { isDeepStrictEqual } from 'node:util';
import type { WireState } from './message.js';

const REQUEST_TIMEOUT_MS = 10_000;

export interface Difference {
  readonly channel: string;
  readonly expected: WireState;
  readonly actual: unknown;
}

/** Asks the monitor for every rocket's state and tells which are not what they must be. */
export async function findDifferences(
  messagesUrl: URL,
  expectedStates: ReadonlyMap<string, WireState>,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const [channel, expected] of expectedStates) {
    const actual = await getState(new URL(`/state/${encodeURIComponent(channel)}`, messagesUrl));
    if (!isDeepStrictEqual(actual, expected)) differences.push({ channel, expected, actual });
  }
  return differences;
}

async function getState(url: URL): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  return response.ok ? response.json() : { status: response.status, text: await response.text() };
}
