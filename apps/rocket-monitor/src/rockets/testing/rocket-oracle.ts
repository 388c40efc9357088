import type { RocketArrival, RocketEvent } from '#common/domain';

/** What can be said of a rocket, in the words of `GET /state`. */
export interface OracleState {
  readonly type: string;
  readonly speed: number;
  readonly mission: string;
  readonly exploded_reason: string;
  readonly latest_mission_msg: number;
  readonly latest_exploded_msg: number;
  readonly latest_update: string;
}

interface FirstMessage {
  readonly timeText: string;
  readonly nanos: bigint;
  readonly event: RocketEvent;
}

/**
 * The judge of the stores: it keeps every first message and tells any state by going over all of them
 * in the order of their numbers, by the plainest rules there are. It shares no code with what it judges.
 */
export class RocketOracle {
  readonly #first = new Map<number, FirstMessage>();
  duplicates = 0;
  conflicts = 0;

  deliver({ number, time: { text: timeText }, event }: RocketArrival): string {
    const first = this.#first.get(number);
    if (first === undefined) {
      this.#first.set(number, { timeText, nanos: nanosOf(timeText), event });
      return 'new';
    }
    const isSame = first.timeText === timeText && isSameEvent(first.event, event);
    if (isSame) this.duplicates += 1;
    else this.conflicts += 1;
    return isSame ? 'duplicate' : 'conflict';
  }

  get numbers(): number[] {
    return [...this.#first.keys()].toSorted((a, b) => a - b);
  }

  /** The highest number up to which none is missing. */
  get unbroken(): number {
    let number = 0;
    while (this.#first.has(number + 1)) number += 1;
    return number;
  }

  /** By every message up to a number. */
  state(through = Number.MAX_SAFE_INTEGER): OracleState {
    let [type, mission, exploded_reason, latest_update] = ['', '', '', ''];
    let [latest_mission_msg, latest_exploded_msg] = [-1, -1];
    let speed = 0n;
    let latest = -Infinity as number | bigint;
    for (const number of this.numbers.filter((one) => one <= through)) {
      const { timeText, nanos, event } = this.#first.get(number) ?? fail();
      if (nanos >= latest) [latest, latest_update] = [nanos, timeText];
      if (event.type === 'RocketSpeedIncreased') speed += BigInt(event.by);
      if (event.type === 'RocketSpeedDecreased') speed -= BigInt(event.by);
      if (event.type === 'RocketMissionChanged')
        [mission, latest_mission_msg] = [event.newMission, number];
      if (event.type === 'RocketExploded')
        [exploded_reason, latest_exploded_msg] = [event.reason, number];
      if (event.type !== 'RocketLaunched') continue;
      [type, mission, latest_mission_msg] = [event.model, event.mission, number];
      speed += BigInt(event.launchSpeed);
    }
    return {
      type,
      speed: Number(speed),
      mission,
      exploded_reason,
      latest_mission_msg,
      latest_exploded_msg,
      latest_update,
    };
  }
}

const fail = (): never => {
  throw new Error('The oracle lost a message.');
};

const isSameEvent = (a: RocketEvent, b: RocketEvent): boolean =>
  a.type === b.type &&
  Object.entries(a).every(([name, value]) => (b as Record<string, unknown>)[name] === value);

/** Since 1970, whatever the offset and the number of digits. */
function nanosOf(text: string): bigint {
  const [whole = '', fraction = '', zone = ''] = text.split(/\.|(?=Z$)|(?=[+-]\d\d:\d\d$)/);
  const hasFraction = /^\d+$/.test(fraction);
  const seconds = Date.parse(`${whole}${hasFraction ? zone : fraction}`) / 1_000;
  return BigInt(seconds) * 1_000_000_000n + BigInt(hasFraction ? fraction.padEnd(9, '0') : 0);
}
