import { type Instant, parseInstant } from './instant.js';

/** When a message was sent, by the sender's clock. `text` is kept to the letter, for it is shown. */
export interface MessageTime {
  readonly text: string;
  /** Rounded up to the microsecond, as every instant is. */
  readonly instant: Instant;
  /** Where in that microsecond, 1 to 1000; senders give up to nine digits of a second. */
  readonly nanoseconds: number;
}

const SUB_MICROSECOND = /\.\d{6}(\d{1,3})/;
const NANOS_PER_MICROSECOND = 1_000;

/** Null for anything that is not ISO 8601 with an offset. */
export function readMessageTime(text: string): MessageTime | null {
  const instant = parseInstant(text);
  if (instant === null) return null;
  const digits = SUB_MICROSECOND.exec(text)?.[1];
  // Instants are rounded up, so a whole microsecond is the last moment of its own, not the first.
  const nanoseconds =
    (digits === undefined ? 0 : Number(digits.padEnd(3, '0'))) || NANOS_PER_MICROSECOND;
  return { text, instant, nanoseconds };
}

/** Negative when `a` was sent before `b`, zero for the same nanosecond. */
export const compareTimes = (a: MessageTime, b: MessageTime): number =>
  a.instant - b.instant || a.nanoseconds - b.nanoseconds;
