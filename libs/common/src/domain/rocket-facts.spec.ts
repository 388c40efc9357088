import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newFacts, type RocketFact } from './rocket-facts.js';
import type { RocketEvent } from './rocket-message.js';
import { readMessageTime } from './rocket-time.js';
import { applyMessage, UNKNOWN_ROCKET } from './rocket.js';

const time = readMessageTime('2022-02-02T19:39:05Z');
const LAUNCH: RocketEvent = { type: 'RocketLaunched', model: 'M', launchSpeed: 1, mission: 'A' };
const mission = (newMission: string): RocketEvent => ({ type: 'RocketMissionChanged', newMission });
const explosion = (reason: string): RocketEvent => ({ type: 'RocketExploded', reason });

/** What becomes known as the numbered events come in. */
function factsOf(...arrivals: readonly (readonly [number, RocketEvent])[]): RocketFact[] {
  if (time === null) throw new Error('no time');
  let rocket = UNKNOWN_ROCKET;
  return arrivals.flatMap(([number, event]) => {
    const next = applyMessage(rocket, { channel: 'c', number, time, event });
    const facts = newFacts(rocket, next);
    rocket = next;
    return facts;
  });
}

describe('the facts of a rocket', () => {
  it('tell a launch with the mission that stands', () => {
    expect(factsOf([1, LAUNCH])).toEqual([{ type: 'launched', model: 'M', mission: 'A' }]);
    expect(factsOf([3, mission('B')], [1, LAUNCH])).toEqual([
      { type: 'mission-changed', mission: 'B' },
      { type: 'launched', model: 'M', mission: 'B' },
    ]);
  });

  it('tell a mission only when it changes', () => {
    expect(factsOf([5, mission('B')], [3, mission('A')], [6, mission('B')])).toEqual([
      { type: 'mission-changed', mission: 'B' },
    ]);
  });

  it('tell an explosion again when a higher number gives another reason', () => {
    expect(factsOf([5, explosion('X')], [3, explosion('Y')], [7, explosion('Z')])).toEqual([
      { type: 'exploded', reason: 'X' },
      { type: 'exploded', reason: 'Z' },
    ]);
  });

  it('tell nothing of speeds', () => {
    expect(factsOf([1, { type: 'RocketSpeedIncreased', by: 5 }])).toEqual([]);
  });

  it('end with the reason that stands, whatever the order', () => {
    const explosions = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1 });
    fc.assert(
      fc.property(explosions, (numbers) => {
        const facts = factsOf(...numbers.map((n) => [n, explosion(`R${n}`)] as const));

        expect(facts.at(-1)).toEqual({ type: 'exploded', reason: `R${Math.max(...numbers)}` });
      }),
    );
  });
});
