import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContentParts, contentOf, type RocketEvent } from './rocket-message.js';
import { type NumberedContents, withContents } from './rocket-replay.js';
import { readMessageTime } from './rocket-time.js';
import { newTrack, withMessage } from './rocket-track.js';

const MAX = Number.MAX_SAFE_INTEGER;

const texts = fc.constantFrom('', 'A', 'B', 'é"\\\n');
const speeds = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(MAX, -MAX, MAX - 1));
const events: fc.Arbitrary<RocketEvent> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('RocketSpeedIncreased'), by: speeds }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('RocketSpeedDecreased'), by: speeds }) },
  fc.record({
    type: fc.constant('RocketLaunched'),
    model: texts,
    launchSpeed: speeds,
    mission: texts,
  }),
  fc.record({ type: fc.constant('RocketMissionChanged'), newMission: texts }),
  fc.record({ type: fc.constant('RocketExploded'), reason: fc.constantFrom('X', 'Y') }),
) as fc.Arbitrary<RocketEvent>;
const times = fc
  .tuple(
    fc.constantFrom('2022-02-02T19:39:05', '2022-02-02T18:39:05', '2022-02-02T19:39:06'),
    fc.constantFrom('', '.1', '.10', '.100000001', '.1000000', '.11', '.09'),
    fc.constantFrom('Z', '+00:00', '+01:00', '-01:00'),
  )
  .map((parts) => parts.join(''));
const numbers = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 600 }),
  fc.integer({ min: MAX - 4, max: MAX }),
);
const inAnyOrder = fc.array(fc.tuple(numbers, times, events), { maxLength: 40 });
const inOrder = fc
  .array(fc.tuple(times, events), { maxLength: 40 })
  .map((all) => all.map(([time, event], nr) => [nr + 1, time, event] as const));

describe('many messages at one time', () => {
  it('come to what they come to one by one, in parts of any length', () => {
    const histories = fc.oneof(inAnyOrder, inOrder);
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 40 }), (history, length) => {
        const messages = history.map(([number, text, event]) => {
          const time = readMessageTime(text);
          if (time === null) throw new Error(`${text} is no time`);
          return { channel: 'a', number, time, event };
        });
        const contents = messages.map((message): NumberedContents => [
          message.number,
          JSON.parse(contentOf(message)) as ContentParts,
        ]);

        let track = newTrack('a');
        for (let at = 0; at < contents.length; at += length)
          track = withContents(track, contents.slice(at, at + length).flat());
        expect(track).toEqual(messages.reduce(withMessage, newTrack('a')));
      }),
      { numRuns: 2_000 },
    );
  });
});
