import { describe, expect, it } from 'vitest';
import { DEFAULTS, HELP, readOptions, UsageError } from './options.js';

describe('the options of a storm', () => {
  it('has defaults for all', () => {
    expect(readOptions([])).toEqual(DEFAULTS);
  });

  it('reads each, with a space or with "="', () => {
    const args = '--contacts 5 --seconds=60 --kills 8 --rockets 2 --messages=0 --seed 9 --rest 30';
    expect(readOptions([...args.split(' '), '--redis=forgets', '--keep'])).toEqual({
      contacts: 5,
      seconds: 60,
      kills: 8,
      rockets: 2,
      messages: 0,
      seed: 9,
      redis: 'forgets',
      rocketStore: 'postgres',
      restSeconds: 30,
      keep: true,
    });
  });

  it('explains itself, and each of its flags', () => {
    expect(readOptions(['--help'])).toBeNull();
    for (const flag of ['contacts', 'seconds', 'kills', 'redis', 'rocket-store', 'keep'])
      expect(HELP).toContain(`--${flag}`);
  });

  it.each([
    ['--contacts=-1', /--contacts must be a whole number from 0 to 50000/],
    ['--seed=1e3', /--seed/],
    ['--redis=maybe', /--redis must be durable or forgets, not maybe/],
    ['--nothing', /--nothing/],
    ['surplus', /surplus/],
  ])('refuses %s', (arg, reason) => {
    expect(() => readOptions([arg])).toThrow(UsageError);
    expect(() => readOptions([arg])).toThrow(reason);
  });

  it('refuses to keep rockets where they are forgotten', () => {
    expect(() => readOptions(['--redis=forgets', '--rocket-store=redis'])).toThrow(/lost/);
  });
});
