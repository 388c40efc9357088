import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentOf, readContent, type RocketEvent } from './rocket-message.js';
import { readMessageTime } from './rocket-time.js';

const time = readMessageTime('2022-02-02T19:39:05.86337+01:00');
const texts = fc.string({ unit: 'binary' });
const speeds = fc.maxSafeInteger();
const events: fc.Arbitrary<RocketEvent> = fc.oneof(
  fc.record({
    type: fc.constant('RocketLaunched' as const),
    model: texts,
    launchSpeed: speeds,
    mission: texts,
  }),
  fc.record({ type: fc.constant('RocketSpeedIncreased' as const), by: speeds }),
  fc.record({ type: fc.constant('RocketSpeedDecreased' as const), by: speeds }),
  fc.record({ type: fc.constant('RocketExploded' as const), reason: texts }),
  fc.record({ type: fc.constant('RocketMissionChanged' as const), newMission: texts }),
);

describe('the content of a message', () => {
  it('can be written as text and read again', () => {
    fc.assert(
      fc.property(events, (event) => {
        if (time === null) throw new Error('no time');
        expect(readContent(contentOf({ time, event }))).toEqual({ time, event });
      }),
    );
  });

  it('is refused when it is none', () => {
    expect(() => readContent('["yesterday","RocketExploded","X"]')).toThrow('content');
  });
});
