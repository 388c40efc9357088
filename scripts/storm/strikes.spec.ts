import { describe, expect, it } from 'vitest';
import { randomOf } from '../rockets/random.js';
import { planStrikes, type Strike } from './strikes.js';
import { type Kind, KINDS } from './target.js';

const TARGETS = KINDS.flatMap((kind) => [
  { name: `${kind}-1`, kind },
  ...(kind === 'ingestor' ? [{ name: 'ingestor-2', kind }] : []),
]);
const plan = (kills: number, seconds = 420, seed = 1): Strike[] =>
  planStrikes(randomOf(seed), { kills, seconds, targets: TARGETS });
const count = (strikes: readonly Strike[], action: string, kind?: Kind): number =>
  strikes.filter((one) => one.action === action && (kind === undefined || one.kind === kind))
    .length;

describe('the plan of a nemesis', () => {
  it('strikes each kind in both ways at least five times in a full storm', () => {
    const strikes = plan(110);

    for (const kind of KINDS) {
      expect(count(strikes, 'kill', kind)).toBeGreaterThanOrEqual(5);
      expect(count(strikes, 'freeze', kind)).toBeGreaterThanOrEqual(5);
    }
    expect(count(strikes, 'kill')).toBeGreaterThanOrEqual(110);
  });

  it.each([0, 1, 8, 30])('makes %i kills of a small storm', (kills) => {
    expect(count(plan(kills), 'kill')).toBe(kills);
  });

  it('kills a PostgreSQL no more often than its keeper bears', () => {
    expect(count(plan(1_000, 60), 'kill', 'postgresql')).toBe(4);
  });

  it('strikes no target that still lies from the last strike', () => {
    for (const { name } of TARGETS) {
      const own = plan(110).filter(({ target }) => target === name);
      for (const [at, { atMs }] of own.entries()) {
        const before = own[at - 1];
        expect(atMs).toBeGreaterThanOrEqual(before ? before.atMs + before.forMs : 0);
      }
    }
  });

  it('follows from the seed', () => {
    expect(plan(50, 60, 7)).toEqual(plan(50, 60, 7));
    expect(plan(50, 60, 7)).not.toEqual(plan(50, 60, 8));
  });

  it('leaves out what may not be struck', () => {
    const targets = TARGETS.filter(({ kind }) => kind !== 'rocket-monitor');
    const strikes = planStrikes(randomOf(1), { kills: 110, seconds: 420, targets });
    expect(strikes.some(({ kind }) => kind === 'rocket-monitor')).toBe(false);
    expect(count(strikes, 'kill')).toBeGreaterThanOrEqual(110);
  });
});
