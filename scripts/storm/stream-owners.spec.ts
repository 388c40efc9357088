import { describe, expect, it } from 'vitest';
import { streamsByContact } from './stream-owners.js';
import { contactFact, stream } from './testing/calm-facts.js';

const first = contactFact({ id: 'first' });
const second = contactFact({ id: 'second', startTime: first.startTime + 60_000_000 });
const at = (second: number) => stream({ startedAtMs: first.startTime / 1_000 + second * 1_000 });
const owners = (...seconds: number[]) =>
  streamsByContact({ contacts: [second, first], streams: seconds.map(at) }).map(
    ({ contact, streams }) => [contact?.id, streams.length],
  );

describe('the streams of a ship with several contacts', () => {
  it('are of the last that was due', () => {
    expect(owners(0, 59.9, 60, 61)).toEqual([
      ['first', 2],
      ['second', 2],
    ]);
  });

  it('are of the first where none was due, and of none where there is none', () => {
    expect(owners(-1)).toEqual([['first', 1]]);
    expect(streamsByContact({ contacts: [], streams: [at(0)] })[0]?.contact).toBeNull();
  });
});
