import { describe, expect, it } from 'vitest';
import { compareTimes, readMessageTime } from './rocket-time.js';

const read = (text: string) => {
  const time = readMessageTime(text);
  if (time === null) throw new Error(`${text} is refused`);
  return time;
};

describe('a message time', () => {
  it.each([
    ['2022-02-02T19:39:05.000000001+01:00', '2022-02-02T19:39:05.000000002+01:00'],
    ['2022-02-02T19:39:05.00000+01:00', '2022-02-02T19:39:05.000000001+01:00'],
    ['2022-02-02T19:39:05.0000009+01:00', '2022-02-02T19:39:05.000001+01:00'],
    ['2022-02-02T19:39:05.86337+01:00', '2022-02-02T18:39:05.863370001Z'],
    ['2022-02-02T20:00:00+02:00', '2022-02-02T19:00:00+00:00'],
  ])('%s is before %s', (earlier, later) => {
    expect(compareTimes(read(earlier), read(later))).toBeLessThan(0);
    expect(compareTimes(read(later), read(earlier))).toBeGreaterThan(0);
  });

  it('keeps its text, and is equal to the same moment elsewhere', () => {
    const here = read('2022-02-02T19:39:05.86337+01:00');

    expect(here.text).toBe('2022-02-02T19:39:05.86337+01:00');
    expect(compareTimes(here, read('2022-02-02T18:39:05.863370000Z'))).toBe(0);
  });

  it.each(['2022-02-02T19:39:05', 'yesterday', ''])('refuses %j', (text) => {
    expect(readMessageTime(text)).toBeNull();
  });
});
