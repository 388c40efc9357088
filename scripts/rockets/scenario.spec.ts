import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WireMessage } from './message.js';
import { messagesByRocket, rocketScenario, type Scenario } from './scenario.js';
import { EXPLOSION_REASONS, MISSIONS, ROCKET_TYPES } from './vocabulary.js';

const UUID_5 = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^2022-02-0\dT\d\d:\d\d:\d\d\.\d{5,9}\+01:00$/;

const lengthsOf = (scenario: Scenario): number[] =>
  [...messagesByRocket(scenario).values()].map((messages) => messages.length);

const isExplosion = ({ metadata }: WireMessage): boolean =>
  metadata.messageType === 'RocketExploded';

describe('the default scenario', () => {
  const scenario = rocketScenario();
  const rockets = [...messagesByRocket(scenario).values()];

  it('has 100,000 messages of 20 rockets, the busiest with 6,498', () => {
    expect(scenario.messages).toHaveLength(100_000);
    expect(rockets).toHaveLength(20);
    expect(Math.max(...lengthsOf(scenario))).toBe(6_498);
    expect([...scenario.expectedStates.keys()].every((channel) => UUID_5.test(channel))).toBe(true);
  });

  it('numbers the messages of each rocket from 1 without gaps, in order', () => {
    for (const messages of rockets)
      expect(messages.every(({ metadata }, at) => metadata.messageNumber === at + 1)).toBe(true);
  });

  it('launches each rocket first, and ends 6 of them by an explosion', () => {
    for (const messages of rockets) {
      expect(messages[0]?.metadata.messageType).toBe('RocketLaunched');
      expect(messages.slice(0, -1).some(isExplosion)).toBe(false);
    }
    expect(rockets.filter((messages) => messages.slice(-1).some(isExplosion))).toHaveLength(6);
  });

  it('speaks in multiples of 500 and in the words of the public program', () => {
    const words: ReadonlySet<unknown> = new Set([
      ...ROCKET_TYPES,
      ...MISSIONS,
      ...EXPLOSION_REASONS,
    ]);
    const values = scenario.messages.flatMap(({ message }) => Object.values(message));
    const speeds = values.filter((value) => typeof value === 'number');

    expect(values.every((value) => typeof value === 'number' || words.has(value))).toBe(true);
    expect(speeds.every((speed) => speed > 0 && speed % 500 === 0)).toBe(true);
    const said = new Set<unknown>(values);
    expect([...ROCKET_TYPES, ...MISSIONS].filter((word) => !said.has(word))).toEqual([]);
  });

  it('has times that only grow, with five to nine digits of a second', () => {
    const texts = scenario.messages.map(({ metadata }) => metadata.messageTime);
    const padded = texts.map((text) => text.slice(0, -6).padEnd(29, '0'));

    expect(texts.filter((text) => !TIME.test(text))).toEqual([]);
    expect(padded.every((text, at) => at === 0 || (padded[at - 1] ?? '') < text)).toBe(true);
  });
});

describe('a scenario', () => {
  it('follows from its seed', () => {
    const options = { messageCount: 500 };

    expect(rocketScenario({ ...options, seed: 7 })).toEqual(
      rocketScenario({ ...options, seed: 7 }),
    );
    const channels = new Set(rocketScenario({ ...options, seed: 7 }).expectedStates.keys());
    const others = rocketScenario({ ...options, seed: 8 }).expectedStates;
    expect([...others.keys()].some((channel) => channels.has(channel))).toBe(false);
  });

  it('has exactly as many messages as are asked for, and never more than its share at a rocket', () => {
    const counts = fc.integer({ min: 1, max: 3_000 });
    fc.assert(
      fc.property(
        counts,
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        (messageCount, rocketCount, seed) => {
          const scenario = rocketScenario({ messageCount, rocketCount, seed });

          expect(scenario.messages).toHaveLength(messageCount);
          expect(scenario.expectedStates.size).toBeLessThanOrEqual(rocketCount);
          expect(Math.min(...lengthsOf(scenario))).toBeGreaterThan(0);
        },
      ),
      { numRuns: 100 },
    );
  });
});
