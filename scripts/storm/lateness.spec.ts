import { describe, expect, it } from 'vitest';
import { latenessOf } from './lateness.js';
import { contactFact } from './testing/calm-facts.js';

const SECOND = 1_000_000;
const START = contactFact().startTime;

/** Started so many milliseconds late, a second after the one before. */
const contacts = [1, 2, 3, 500].map((lateMs, at) =>
  contactFact({ startTime: START + at * SECOND, startedAt: START + at * SECOND + lateMs * 1_000 }),
);
const outage = { target: 'postgresql', kind: 'postgresql', action: 'kill' } as const;

describe('the lateness of starts', () => {
  it('is told by percentiles', () => {
    expect(latenessOf({ contacts, outages: [] }).all).toEqual({
      count: 4,
      p50: 3,
      p90: 500,
      p99: 500,
      max: 500,
    });
  });

  it('leaves out those that an outage stood in the way of', () => {
    const fromMs = START / 1_000 + 2_500;
    const outages = [{ ...outage, fromMs, toMs: fromMs + 1_000 }];
    expect(latenessOf({ contacts, outages }).outsideOutages).toMatchObject({ count: 3, max: 3 });
  });

  it('does not mind what a start never waits for', () => {
    const fromMs = START / 1_000;
    const outages = [{ ...outage, kind: 'spaceship', fromMs, toMs: fromMs + 9_000 } as const];
    expect(latenessOf({ contacts, outages }).outsideOutages.count).toBe(4);
  });

  it('is nothing without a start', () => {
    expect(latenessOf({ contacts: [], outages: [] }).all).toMatchObject({ count: 0, p50: null });
  });
});
