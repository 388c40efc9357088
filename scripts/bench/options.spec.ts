import { describe, expect, it } from 'vitest';
import { BENCH_NAMES, DEFAULTS, HELP, readOptions, UsageError } from './options.js';

const FLAGS = [
  'only',
  'rounds',
  'seconds',
  'messages',
  'overload-seconds',
  'export-samples',
  'starts-pending',
  'starts-seconds',
];

describe('the options of a bench', () => {
  it('have defaults for all', () => {
    expect(readOptions([])).toEqual(DEFAULTS);
  });

  it('are read with a space or with "="', () => {
    const args =
      '--only memory --only=http --only http --rounds 7 --seconds=2 --messages 5000 ' +
      '--overload-seconds=5 --starts-pending=0 --starts-seconds 9';

    expect(readOptions(args.split(' '))).toEqual({
      names: ['http', 'memory'],
      rounds: 7,
      seconds: 2,
      messages: 5_000,
      overloadSeconds: 5,
      exportSamples: 10_000_000,
      startsPending: 0,
      startsSeconds: 9,
    });
  });

  it('explain themselves, and what is measured', () => {
    expect(readOptions(['--only', 'http', '--help'])).toBeNull();
    for (const flag of FLAGS) expect(HELP).toContain(`--${flag}`);
    for (const name of BENCH_NAMES) expect(HELP).toMatch(new RegExp(`^${name} `, 'm'));
  });

  it.each([
    ['--only=speed', /--only must be one of http, .*, not speed/],
    ['--rounds=0', /--rounds must be a whole number from 1 to 100, not 0/],
    ['--seconds=0.5', /--seconds/],
    ['--messages=10', /--messages/],
    ['--overload-seconds=1', /--overload-seconds/],
    ['--export-samples=1', /--export-samples/],
    ['--starts-pending=-1', /--starts-pending/],
    ['--starts-seconds=1', /--starts-seconds/],
    ['--nothing', /--nothing/],
    ['surplus', /surplus/],
  ])('refuse %s', (arg, reason) => {
    expect(() => readOptions([arg])).toThrow(UsageError);
    expect(() => readOptions([arg])).toThrow(reason);
  });
});
