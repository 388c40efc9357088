import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';

describe('the demo', () => {
  it('says what is wrong with a setting, without a stack, and ends', async () => {
    const env = { PATH: process.env['PATH'], INGESTOR_EVENTS_CLIENTS_MAX: 'many' };
    const program = spawn(process.execPath, ['--enable-source-maps', 'dist/scripts/demo.js'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(program, 'exit');

    const lines = (await text(program.stderr)).trimEnd().split('\n');
    expect(lines).toEqual([
      'Invalid configuration:',
      expect.stringMatching(/^ {2}INGESTOR_EVENTS_CLIENTS_MAX must .*\(it is "many"\)$/),
    ]);
    expect(await ended).toEqual([1, null]);
  });
});
