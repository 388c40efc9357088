import { type ContentParts, readContentParts } from './rocket-message.js';
import { takeNumber, type TakenNumbers } from './rocket-numbers.js';
import { addSpeed } from './rocket-speed.js';
import { compareTimes, type MessageTime, readMessageTime } from './rocket-time.js';
import type { RocketTrack } from './rocket-track.js';
import { applyMessage, type Rocket } from './rocket.js';

/** A number and what its message says, one after the other. */
export type NumberedContents = readonly (number | ContentParts)[];

/**
 * Takes many messages of one channel, as `withMessage` would take one by one, several times as fast: most
 * only change the speed, so their sum is added, and only the newest time of them is read.
 */
export function withContents(track: RocketTrack, contents: NumberedContents): RocketTrack {
  const numbers = new TakenSoFar(track.taken);
  const speeds = new SpeedChanges();
  let { rocket } = track;
  for (let at = 0; at + 1 < contents.length; at += 2) {
    const number = contents[at] as number;
    const parts = contents[at + 1] as ContentParts;
    if (!numbers.take(number)) continue;
    if (parts[1] === 'RocketSpeedIncreased') speeds.add(number, parts[0], parts[2]);
    else if (parts[1] === 'RocketSpeedDecreased') speeds.add(number, parts[0], -parts[2]);
    else rocket = applyMessage(rocket, { channel: '', number, ...readContentParts(parts) });
  }
  return { ...track, rocket: speeds.appliedTo(rocket), taken: numbers.taken };
}

/** Numbers that come in order above the mark are only counted. */
class TakenSoFar {
  #taken: TakenNumbers;
  #next: number;

  constructor(taken: TakenNumbers) {
    this.#taken = taken;
    this.#next = taken.lowWater + 1;
  }

  take(number: number): boolean {
    if (number === this.#next && this.#taken.ranges.length === 0) {
      this.#next += 1;
      return true;
    }
    const taken = takeNumber(this.taken, number);
    if (taken === null) return false;
    this.#taken = taken;
    this.#next = taken.lowWater + 1;
    return true;
  }

  get taken(): TakenNumbers {
    const { lowWater, count } = this.#taken;
    const more = this.#next - 1 - lowWater;
    if (more === 0) return this.#taken;
    this.#taken = { lowWater: lowWater + more, ranges: [], count: count + more };
    return this.#taken;
  }
}

/** The sum of changes of speed, in parts that are exact, and the newest message of them. */
class SpeedChanges {
  readonly #sums: number[] = [];
  #sum = 0;
  #text = '';
  #number = 0;

  add(number: number, text: string, by: number): void {
    if (!Number.isSafeInteger(this.#sum + by)) {
      this.#sums.push(this.#sum);
      this.#sum = 0;
    }
    this.#sum += by;
    if (this.#text !== '' && !isNewer(text, number, this.#text, this.#number)) return;
    this.#text = text;
    this.#number = number;
  }

  appliedTo(rocket: Rocket): Rocket {
    if (this.#text === '') return rocket;
    const time = readTime(this.#text);
    const { latest } = rocket;
    const isLatest =
      latest === null || (compareTimes(time, latest) || this.#number - latest.number) > 0;
    return {
      ...rocket,
      speed: [...this.#sums, this.#sum].reduce(addSpeed, rocket.speed),
      latest: isLatest ? { ...time, number: this.#number } : latest,
    };
  }
}

/** `+01:00`. */
const OFFSET_CHARS = 6;

/**
 * Times with one offset are in the order of their texts, unless one is the beginning of the other: then they
 * may be the same (`05.1`, `05.10`).
 */
function isNewer(text: string, number: number, than: string, thanNumber: number): boolean {
  const [end, thanEnd] = [text.length - offsetChars(text), than.length - offsetChars(than)];
  if (text.slice(end) === than.slice(thanEnd)) {
    const shorter = Math.min(end, thanEnd);
    const [body, thanBody] = [text.slice(0, shorter), than.slice(0, shorter)];
    if (body !== thanBody) return body > thanBody;
    if (end === thanEnd) return number > thanNumber;
  }
  return (compareTimes(readTime(text), readTime(than)) || number - thanNumber) > 0;
}

const offsetChars = (text: string): number => (text.endsWith('Z') ? 1 : OFFSET_CHARS);

function readTime(text: string): MessageTime {
  const time = readMessageTime(text);
  if (time === null) throw new Error('This is not the content of a message.');
  return time;
}
