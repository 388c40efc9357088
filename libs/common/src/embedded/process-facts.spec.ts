import { describe, expect, it } from 'vitest';
import { parseStat, servesFolder, startByPs, startOf } from './process-facts.js';

const STAT_TAIL = '1 1 1 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 987654 22 33';

describe('parseStat', () => {
  it.each(['node', 'a b', 'odd) S (name'])(
    'reads state and start of a process named %j',
    (name) => {
      expect(parseStat(`42 (${name}) Z ${STAT_TAIL}`)).toEqual({
        state: 'Z',
        startTicks: '987654',
      });
    },
  );

  it('refuses what is no stat', () => {
    expect(() => parseStat('nonsense')).toThrow('Not the stat of a process');
  });
});

describe('startOf', () => {
  it('gives one token for one process, and another for another', async () => {
    const own = await startOf(process.pid);

    expect(own).not.toBeNull();
    expect(await startOf(process.pid)).toBe(own);
    expect(await startOf(process.ppid)).not.toBe(own);
    expect(await startByPs(process.pid)).toBe(await startByPs(process.pid));
  });

  it('knows that a pid beyond the limit of the system has no process', async () => {
    expect(await startOf(2 ** 30)).toBeNull();
    expect(await startByPs(2 ** 30)).toBeNull();
  });
});

describe('servesFolder', () => {
  it('takes no process for a server that is none', async () => {
    expect(await servesFolder(process.pid, process.cwd())).toBe('no');
    expect(await servesFolder(2 ** 30, process.cwd())).toBe('no');
  });
});
