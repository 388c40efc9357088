import {
  nextFraction,
  readMessageTime,
  type RocketArrival,
  type RocketEvent,
  seededRandom,
} from '#common/domain';

const TEXTS = ['', 'A', 'B', 'é"\\\n', '__proto__', '\u{1F680}'];
const REASONS = ['X', 'Y', 'constructor'];
const MAX = Number.MAX_SAFE_INTEGER;
const SPEEDS = [0, 1, 500, -500, MAX, -MAX, MAX - 1];
const TIMES = [
  '2022-02-02T19:39:05.86337+01:00',
  '2022-02-02T18:39:05.863370001Z',
  '2022-02-02T18:39:05.863370Z',
  '2022-02-02T19:39:05.123456789+01:00',
  '2022-02-02T18:39:06Z',
  '1969-07-20T20:17:40.00000Z',
];
const DIFFERENT_MAX = 14;
const DELIVERIES_MAX = 30;
/** Close to the end of a page of history. */
const PREFIX_NUMBERS = 1_018;
/** Numbers that come without order are far apart in some histories. */
const FAR = [1, 3, 50, 100_000];
const RESTART_SHARE = 0.05;

export interface History {
  readonly channel: string;
  /** Comes first, at one time. */
  readonly prefix: readonly RocketArrival[];
  readonly steps: readonly Step[];
}

export type Step = RocketArrival | 'restart';

/**
 * A flight told in any order, repeated and contradicted, with restarts; the same for the same seed.
 * @param isLong it begins with so much that the rest passes the end of a page of history
 */
export function randomHistory(seed: number, isLong: boolean): History {
  const channel = `history ${seed}`;
  const draw = drawing(seed);
  const prefixLength = isLong ? PREFIX_NUMBERS : 0;
  let receivedAt = 1_700_000_000_000_000;
  const arrive = (number: number, event: RocketEvent, text: string): RocketArrival => {
    const time = readMessageTime(text);
    if (time === null) throw new Error(text);
    receivedAt += 1 + draw.below(2_000);
    return { channel, number, time, event, receivedAt };
  };
  const prefix = Array.from({ length: prefixLength }, (_, nr) =>
    arrive(nr + 1, { type: 'RocketSpeedIncreased', by: nr }, draw.one(TIMES)),
  );
  const far = draw.one(FAR);
  const numbers = Array.from({ length: 1 + draw.below(DIFFERENT_MAX) }, (_, nr) =>
    draw.is(0.02) ? MAX - draw.below(3) : prefixLength + 1 + nr * (draw.is(0.2) ? far : 1),
  );
  const steps = Array.from({ length: 1 + draw.below(DELIVERIES_MAX) }, (): Step => {
    if (draw.is(RESTART_SHARE)) return 'restart';
    const number = draw.one(numbers);
    // Most repetitions say the same; the others contradict.
    const own = drawing(draw.is(0.1) ? seed + 1 : seed * 1_000 + (number % 1_000));
    return arrive(number, randomEvent(own), own.one(TIMES));
  });
  return { channel, prefix, steps };
}

function randomEvent(draw: Drawing): RocketEvent {
  switch (draw.below(5)) {
    case 0:
      return {
        type: 'RocketLaunched',
        model: draw.one(TEXTS),
        launchSpeed: draw.one(SPEEDS),
        mission: draw.one(TEXTS),
      };
    case 1:
      return { type: 'RocketSpeedIncreased', by: draw.one(SPEEDS) };
    case 2:
      return { type: 'RocketSpeedDecreased', by: draw.one(SPEEDS) };
    case 3:
      return { type: 'RocketMissionChanged', newMission: draw.one(TEXTS) };
    default:
      return { type: 'RocketExploded', reason: draw.one(REASONS) };
  }
}

interface Drawing {
  below(limit: number): number;
  is(share: number): boolean;
  one<T>(values: readonly T[]): T;
}

function drawing(seed: number): Drawing {
  let state = seededRandom(seed);
  const fraction = (): number => {
    const [drawn, next] = nextFraction(state);
    state = next;
    return drawn;
  };
  const below = (limit: number): number => Math.floor(fraction() * limit);
  return {
    below,
    is: (share) => fraction() < share,
    one: (values) => values[below(values.length)] as (typeof values)[number],
  };
}
