import { describe, expect, it } from 'vitest';
import { UsageError } from './flag-values.js';
import { HELP, readOptions } from './options.js';

const URL_TEXT = 'http://localhost:8088/messages';
const read = (...flags: string[]) => readOptions(['launch', URL_TEXT, ...flags])?.options;

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

  it('may stand before the command', () => {
    expect(readOptions(['--seed', '7', 'launch', URL_TEXT])).toMatchObject({
      name: 'launch',
      options: { seed: 7 },
    });
  });

  it.each([['--help'], ['replay', '-h'], []].map((args) => [args]))(
    'ask for help with %j',
    (args) => {
      expect(readOptions(args)).toBeNull();
    },
  );

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

describe('the options of record', () => {
  it('are those of the scenario', () => {
    expect(readOptions(['record', 'a.ndjson', '--max-messages=10', '--shuffle=5'])).toEqual({
      name: 'record',
      options: {
        file: 'a.ndjson',
        source: { maxMessages: 10, seed: 444, duplicate: 0, shuffle: 5 },
        logLevel: 'info',
      },
    });
  });

  it('may name a monitor instead', () => {
    expect(readOptions(['record', '-', '--from', 'http://localhost:8088'])?.options).toEqual({
      file: '-',
      source: new URL('http://localhost:8088'),
      logLevel: 'info',
    });
  });

  it.each([
    [['record'], /which file/],
    [['record', 'a', 'b'], /Unexpected b/],
    [['record', 'a', '--from', 'localhost'], /not an http/],
    [['record', 'a', '--from', 'http://localhost', '--seed=1'], /--seed is for the generator/],
    [['record', 'a', '--keep-alive'], /keep-alive/],
  ])('refuse %j', (args, reason) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(reason);
  });
});

describe('the options of replay', () => {
  const replay = (...flags: string[]) => readOptions(['replay', 'a.ndjson', ...flags])?.options;

  it('send batches of a thousand one after the other', () => {
    expect(replay(URL_TEXT)).toEqual({
      file: 'a.ndjson',
      url: new URL(URL_TEXT),
      batchSize: 1_000,
      concurrencyLevel: 1,
      keepAlive: false,
      timeoutMs: 600_000,
      logLevel: 'info',
    });
  });

  it('find the messages of a monitor by its address alone', () => {
    expect(replay('http://localhost:8088')).toMatchObject({ url: new URL(URL_TEXT) });
    expect(replay('http://localhost/below/it')).toMatchObject({
      url: new URL('http://localhost/below/it'),
    });
  });

  it.each([
    [['replay'], /which file/],
    [['replay', 'a'], /where to/],
    [['replay', 'a', URL_TEXT, 'b'], /Unexpected b/],
    [['replay', 'a', URL_TEXT, '--batch=0'], /--batch must be a whole number from 1 to 10000/],
    [['replay', 'a', URL_TEXT, '--batch=10001'], /--batch/],
    [['replay', 'a', URL_TEXT, '--timeout=none'], /--timeout/],
    [['replay', 'a', URL_TEXT, '--timeout=99999m'], /--timeout/],
    [['replay', 'a', URL_TEXT, '--seed=1'], /seed/],
  ])('refuse %j', (args, reason) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(reason);
  });
});

describe('the help', () => {
  it('explains each flag of each command', () => {
    const flags = [
      'message-delay',
      'concurrency-level',
      'max-messages',
      'seed',
      'duplicate',
      'shuffle',
    ];
    for (const flag of [...flags, 'keep-alive', 'check', 'from', 'batch', 'timeout', 'log-level'])
      expect(HELP).toContain(`--${flag}`);
  });
});
