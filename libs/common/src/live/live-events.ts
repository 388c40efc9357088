/** After which time a client that lost its connection comes again. */
const RETRY_MS = 2_000;

/** Where in whose stream: positions of another boot mean nothing to this one. */
export interface LivePosition {
  readonly boot: string;
  readonly position: number;
}

/** Why a client does not learn what happened since its last event. */
export type GapReason = 'restarted' | 'unknown';

export interface LiveGap {
  readonly reason: GapReason;
  /** As the client gave it; null when it was never one of ours. */
  readonly from: LivePosition | null;
}

const ID = /^([0-9a-f]{12})-(0|[1-9]\d{0,15})$/;

export const idOf = ({ boot, position }: LivePosition): string => `${boot}-${position}`;

export function readId(text: string): LivePosition | null {
  const [, boot, position] = ID.exec(text) ?? [];
  return boot === undefined ? null : { boot, position: Number(position) };
}

// Texts of an event stream (WHATWG HTML, 9.2). JSON has no line ends, so one line of data is enough.

export const retryHint = `retry: ${RETRY_MS}\n\n`;
export const HEARTBEAT = ': beat\n\n';
export const FAREWELL = ': closing\n\n';

/** Without an id, as all of a snapshot: a client that is cut before its end needs a new one. */
export const changeEvent = (name: string, json: string, id: string | null): string =>
  `event: ${name}\n${id === null ? '' : `id: ${id}\n`}data: ${json}\n\n`;

export const snapshotEvent = (counts: object): string => event('snapshot', counts);

export const liveEvent = (at: LivePosition): string =>
  `id: ${idOf(at)}\n${event('live', { position: idOf(at) })}`;

export const gapEvent = ({ reason, from }: LiveGap, to: LivePosition): string =>
  event('gap', { reason, from: from && idOf(from), to: idOf(to) });

const event = (name: string, data: object): string =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
