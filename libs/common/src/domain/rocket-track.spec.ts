import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentOf, type RocketEvent, type RocketMessage } from './rocket-message.js';
import { speedValue } from './rocket-speed.js';
import { readMessageTime } from './rocket-time.js';
import { GAPS_MAX, newTrack, receive, type RocketTrack } from './rocket-track.js';
import { statusOf } from './rocket.js';

const CHANNEL = 'falcon';

function message(number: number, event: RocketEvent, time = '2022-02-02T19:39:05Z'): RocketMessage {
  const read = readMessageTime(time);
  if (read === null) throw new Error(`${time} is no time`);
  return { channel: CHANNEL, number, time: read, event };
}

const faster = (number: number, by: number) =>
  message(number, { type: 'RocketSpeedIncreased', by });

/** Remembers the content of each number as a store does. */
function receiveAll(messages: readonly RocketMessage[]): RocketTrack {
  const contents = new Map<number, string>();
  return messages.reduce((track, next) => {
    const reception = receive(track, next, contents.get(next.number));
    if (reception.outcome === 'new') contents.set(next.number, contentOf(next));
    return reception.track;
  }, newTrack(CHANNEL));
}

const texts = fc.constantFrom('', 'a', 'b', 'c');
const events: fc.Arbitrary<RocketEvent> = fc.oneof(
  fc.record({
    type: fc.constant('RocketLaunched' as const),
    model: texts,
    launchSpeed: fc.maxSafeInteger(),
    mission: texts,
  }),
  fc.record({ type: fc.constant('RocketSpeedIncreased' as const), by: fc.maxSafeInteger() }),
  fc.record({ type: fc.constant('RocketSpeedDecreased' as const), by: fc.maxSafeInteger() }),
  fc.record({ type: fc.constant('RocketExploded' as const), reason: texts }),
  fc.record({ type: fc.constant('RocketMissionChanged' as const), newMission: texts }),
);
const times = fc.integer({ min: 0, max: 9 }).map((nano) => `2022-02-02T19:39:05.00000000${nano}Z`);
const messages = fc
  .uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 25 })
  .chain((numbers) =>
    fc.tuple(
      ...numbers.map((number) =>
        fc.tuple(events, times).map(([event, time]) => message(number, event, time)),
      ),
    ),
  );
/** Each message once or more, in any order. */
const deliveries = messages.chain((all) =>
  fc
    .tuple(fc.constant(all), fc.subarray(all), fc.array(fc.double({ noNaN: true })))
    .map(([each, again, keys]) => {
      const arrivals = [...each, ...again].map((one, at) => ({ one, key: keys[at] ?? -at }));
      return { each, again, arrivals: arrivals.toSorted((a, b) => a.key - b.key) };
    }),
);

/** What the rules say, written down once more over the sorted messages and with big integers. */
function oracle(all: readonly RocketMessage[]) {
  const sorted = all.toSorted((a, b) => a.number - b.number);
  const state = {
    model: '',
    speed: 0n,
    mission: '',
    reason: '',
    mission_msg: -1,
    exploded_msg: -1,
  };
  for (const { number, event } of sorted) {
    if ('launchSpeed' in event) {
      Object.assign(state, { model: event.model, mission: event.mission, mission_msg: number });
      state.speed += BigInt(event.launchSpeed);
    }
    if (event.type === 'RocketSpeedIncreased') state.speed += BigInt(event.by);
    if (event.type === 'RocketSpeedDecreased') state.speed -= BigInt(event.by);
    if ('reason' in event) Object.assign(state, { reason: event.reason, exploded_msg: number });
    if ('newMission' in event)
      Object.assign(state, { mission: event.newMission, mission_msg: number });
  }
  // All texts have the same form, so the newest is the greatest; the stable sort leaves the highest number last.
  const byTime = sorted.toSorted((a, b) =>
    a.time.text < b.time.text ? -1 : Number(a.time.text > b.time.text),
  );
  return { ...state, speed: Number(state.speed), latest: byTime.at(-1)?.time.text ?? '' };
}

function seen({ rocket }: RocketTrack): ReturnType<typeof oracle> {
  return {
    model: rocket.model,
    speed: speedValue(rocket.speed),
    mission: rocket.mission,
    reason: rocket.explodedReason,
    mission_msg: rocket.missionNumber,
    exploded_msg: rocket.explodedNumber,
    latest: rocket.latest?.text ?? '',
  };
}

describe('a rocket track', () => {
  it('is the same for every order and repetition of the same messages', () => {
    fc.assert(
      fc.property(deliveries, ({ each, again, arrivals }) => {
        const once = receiveAll(each.toSorted((a, b) => a.number - b.number));
        const track = receiveAll(arrivals.map(({ one }) => one));

        expect(track).toEqual({ ...once, duplicateCount: again.length });
      }),
      { numRuns: 500 },
    );
  });

  it('is what the plain rules say', () => {
    fc.assert(
      fc.property(deliveries, ({ each, arrivals }) => {
        expect(seen(receiveAll(arrivals.map(({ one }) => one)))).toEqual(oracle(each));
      }),
      { numRuns: 500 },
    );
  });

  it('is the same for all 120 orders of a short history', () => {
    const history = [
      message(1, {
        type: 'RocketLaunched',
        model: 'Falcon-9',
        launchSpeed: 500,
        mission: 'ARTEMIS',
      }),
      faster(2, 3_000),
      message(3, { type: 'RocketMissionChanged', newMission: 'GEMINI' }),
      message(4, { type: 'RocketExploded', reason: 'FROZEN_O_RINGS' }),
      message(5, { type: 'RocketSpeedDecreased', by: 4_000 }),
    ];
    const inOrder = receiveAll(history);
    const orders = permutations(history);

    expect(orders).toHaveLength(120);
    for (const order of orders) expect(receiveAll(order)).toEqual(inOrder);
    expect(seen(inOrder)).toMatchObject({ speed: -500, mission: 'GEMINI', mission_msg: 3 });
    expect(statusOf(inOrder.rocket)).toBe('exploded');
  });

  it('keeps the first of two messages with one number, and counts the second as a conflict', () => {
    fc.assert(
      fc.property(messages, messages, (first, second) => {
        const track = receiveAll([...first, ...second]);
        const contents = new Map(first.map((one) => [one.number, JSON.stringify(one)]));
        const repeated = second.filter(({ number }) => contents.has(number));
        const same = repeated.filter((one) => contents.get(one.number) === JSON.stringify(one));
        const fresh = second.filter(({ number }) => !contents.has(number));

        expect(seen(track)).toEqual(oracle([...first, ...fresh]));
        expect(track.duplicateCount).toBe(same.length);
        expect(track.conflictCount).toBe(repeated.length - same.length);
      }),
    );
  });

  it('counts a repetition as a duplicate when the first is no longer remembered', () => {
    const { track } = receive(newTrack(CHANNEL), faster(1, 5));

    expect(receive(track, faster(1, 6)).outcome).toBe('duplicate');
    expect(receive(track, faster(1, 6), contentOf(faster(1, 5))).outcome).toBe('conflict');
  });

  it('takes what closes a gap, and refuses what opens one too many', () => {
    const numbers = Array.from({ length: GAPS_MAX }, (_, index) => 2 * (index + 1));
    const full = receiveAll(numbers.map((number) => faster(number, 1)));

    expect(() => receive(full, faster(2 * GAPS_MAX + 2, 1))).toThrow('misses messages');
    expect(receive(full, faster(2 * GAPS_MAX + 1, 1)).outcome).toBe('new');
    expect(receive(full, faster(1, 1)).outcome).toBe('new');
  });
});

function permutations<T>(values: readonly T[]): T[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, at) =>
    permutations(values.toSpliced(at, 1)).map((rest) => [value, ...rest]),
  );
}
