import { below, type Random, shuffled } from './random.js';

/** Of all rockets; 6 of 20. */
const EXPLODING_SHARE = 0.3;
/** At 100,000 messages of 20 rockets the busiest sends 6,498: so much for an average of 5,000. */
const LONGEST = 6_498;
const AVERAGE = 5_000;
/** Of the average length, for rockets that explode. */
const EXPLODING_LENGTH_MIN = 0.304;
const EXPLODING_LENGTH_SPREAD = 0.152;
const MESSAGES_PER_ROCKET_MIN = 10;

export interface RocketLength {
  /** How many messages it sends; the last is the explosion, where there is one. */
  readonly length: number;
  readonly explodes: boolean;
}

/**
 * Shares out messages among rockets with the profile of the public rockets program. Few messages
 * make fewer rockets, so that each has a story.
 */
export function rocketLengths(
  random: Random,
  messageCount: number,
  rocketCount: number,
): RocketLength[] {
  const count = Math.max(
    1,
    Math.min(rocketCount, Math.floor(messageCount / MESSAGES_PER_ROCKET_MIN)),
  );
  const average = messageCount / count;
  const exploding = Array.from({ length: Math.floor(count * EXPLODING_SHARE) }, () =>
    Math.floor(average * (EXPLODING_LENGTH_MIN + EXPLODING_LENGTH_SPREAD * random())),
  );
  const left = messageCount - exploding.reduce((sum, length) => sum + length, 0);
  const longest = Math.floor((messageCount * LONGEST) / (count * AVERAGE));
  const surviving = spread(random, left, count - exploding.length, longest);
  return shuffled(random, [
    ...exploding.map((length) => ({ length, explodes: true })),
    ...surviving.map((length) => ({ length, explodes: false })),
  ]);
}

/** `total` in `count` different parts of which the first is `longest`, if that can be. */
function spread(random: Random, total: number, count: number, longest: number): number[] {
  const base = Math.floor(total / count);
  const parts = Array.from({ length: count }, (_, at) => base + Number(at < total - base * count));
  for (let at = 0; at + 1 < count; at += 2) {
    const [left = 0, right = 0] = parts.slice(at, at + 2);
    const room = Math.max(0, Math.min(longest - left, right - 1));
    const moved = at === 0 ? room : below(random, room + 1);
    parts[at] = left + moved;
    parts[at + 1] = right - moved;
  }
  return parts;
}
