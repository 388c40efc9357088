import { describe, expect, it } from 'vitest';
import { parsePostmasterPid } from './postmaster-pid.js';

const READY = '1234\n/data\n1700000000\n5432\n\n127.0.0.1\n  8519684         2\nready   \n';

describe('parsePostmasterPid', () => {
  it('reads pid, start and readiness', () => {
    expect(parsePostmasterPid(READY)).toEqual({
      pid: 1234,
      startedAt: new Date('2023-11-14T22:13:20Z'),
      isReady: true,
    });
  });

  it.each([
    ['starting', READY.replace('ready   ', 'starting')],
    ['stopping', READY.replace('ready   ', 'stopping')],
    ['half written', '1234\n/data\n1700000000\n'],
  ])('is not ready while the file is %s', (_, text) => {
    expect(parsePostmasterPid(text)).toMatchObject({ pid: 1234, isReady: false });
  });

  it('reads the negated pid of a single-user server', () => {
    expect(parsePostmasterPid('-77\n/data\n1700000000\n')).toMatchObject({
      pid: 77,
      isReady: false,
    });
  });

  it.each(['', '\n', 'nonsense\n/data\n', '0\n/data\n1700000000\n', '12\n/data\nyesterday\n'])(
    'takes %j for no lock file',
    (text) => {
      expect(parsePostmasterPid(text)).toBeNull();
    },
  );
});
