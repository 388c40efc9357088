import { describe, expect, it } from 'vitest';
import type { KnownChange } from './change-fact.js';
import { checkLive } from './check-live.js';
import type { LiveFact } from './live-watcher.js';
import { changes, historiesOf } from './testing/known-changes.js';

const ALL = changes();
const judged = (heard: readonly KnownChange[], more: Partial<LiveFact> = {}, is = ALL): string[] =>
  checkLive(
    [{ name: 'listener', heard, faults: [], connections: 1, ...more }],
    historiesOf(is),
  ).map(({ kind }) => kind);

describe('the judge of live events', () => {
  it('accepts every change once, or again after a drop', () => {
    expect(judged(ALL)).toEqual([]);
    expect(judged([...ALL.slice(0, 4), ...ALL.slice(2), ...ALL])).toEqual([]);
  });

  it.each<[string, readonly KnownChange[]]>([
    ['a change in the middle', ALL.filter(({ number }) => number !== 3)],
    ['the first', ALL.slice(1)],
    ['a change that comes late', [...ALL.filter(({ number }) => number !== 3), ALL[2]!]],
  ])('finds the gap of %s', (_, heard) => {
    expect(judged(heard)).toContain('live gap');
  });

  it('finds what was never heard, at the end too', () => {
    expect(judged(ALL.slice(0, -1))).toEqual(['live differs']);
    expect(judged([])).toEqual(['live differs', 'live differs']);
  });

  it('finds a change that nobody made, or that was another', () => {
    const [first, ...others] = ALL;
    expect(judged([{ ...first!, state: 'missed' }, ...others])).toEqual(['live differs']);
    expect(judged([{ ...first!, revision: 9 }, ...others])).toEqual(['live differs']);
    expect(judged([...ALL, { ...first!, number: 7, contactId: 'nobody' }])).toEqual([
      'live of no contact',
    ]);
  });

  it('finds a number that was told of two changes, or too late', () => {
    expect(judged([...ALL, { ...ALL[0]!, state: 'missed' }])).toContain('live changed its story');
    expect(judged([ALL[0]!, ALL[2]!, ALL[1]!])).toContain('live out of order');
  });

  it('passes on what the listener was answered', () => {
    expect(judged(ALL, { faults: ['answered 400'] })).toEqual(['live answered']);
  });

  it('does not judge by a history that is not whole', () => {
    const kinds = checkLive([], [{ contactId: 'a', changes: null }]).map(({ kind }) => kind);
    expect(kinds).toEqual(['history unread']);
    const open = [{ number: null, state: 'scheduled', revision: 1 }];
    expect(checkLive([], [{ contactId: 'a', changes: open }])[0]?.kind).toBe(
      'change without number',
    );
  });
});
