import { describe, expect, it } from 'vitest';
import { readOptions, UsageError } from './options.js';

const URL_TEXT = 'http://localhost:8088/messages';
const read = (...flags: string[]) => readOptions(['launch', URL_TEXT, ...flags]);

describe('the options of the generator', () => {
  it('have the defaults of the public program', () => {
    expect(read()).toEqual({
      url: new URL(URL_TEXT),
      messageDelayMs: 0,
      concurrencyLevel: 3,
      maxMessages: 100_000,
      seed: 444,
      logLevel: 'info',
      duplicate: 0,
      shuffle: 0,
      keepAlive: false,
      check: false,
    });
  });

  it('are read with a space and with an equals sign', () => {
    const expected = { messageDelayMs: 500, concurrencyLevel: 1, seed: 7, duplicate: 0.2 };
    const spaced = ['--message-delay', '500ms', '--concurrency-level', '1', '--seed', '7'];

    expect(read(...spaced, '--duplicate', '0.2')).toMatchObject(expected);
    const joined = ['--message-delay=500ms', '--concurrency-level=1', '--seed=7'];
    expect(read(...joined, '--duplicate=0.2')).toMatchObject(expected);
  });

  it.each([
    ['none', 0],
    ['500ms', 500],
    ['1s', 1_000],
    ['1.5s', 1_500],
    ['2m', 120_000],
  ])('read %s as a time', (text, ms) => {
    expect(read(`--message-delay=${text}`)).toMatchObject({ messageDelayMs: ms });
  });

  it.each([['--help'], []].map((args) => [args]))('ask for help with %j', (args) => {
    expect(readOptions(args)).toBeNull();
  });

  it.each([
    ['land', URL_TEXT],
    ['launch'],
    ['launch', 'ftp://localhost'],
    ['launch', 'localhost:8088'],
    ['launch', URL_TEXT, 'more'],
    ['launch', URL_TEXT, '--message-delay=5'],
    ['launch', URL_TEXT, '--message-delay=fast'],
    ['launch', URL_TEXT, '--concurrency-level=0'],
    ['launch', URL_TEXT, '--max-messages=1e3'],
    ['launch', URL_TEXT, '--seed=-1'],
    ['launch', URL_TEXT, '--duplicate=1.1'],
    ['launch', URL_TEXT, '--shuffle=much'],
    ['launch', URL_TEXT, '--log-level=loud'],
    ['launch', URL_TEXT, '--speed=9'],
    ['launch', URL_TEXT, '--seed'],
  ])('refuse %s %s %s', (...args) => {
    expect(() => readOptions(args)).toThrow(UsageError);
  });
});
