import { describe, expect, it } from 'vitest';
import { faultOf } from './exports.js';

describe('an export of 320 samples', () => {
  const SOUND = { status: 200, bytes: 10_000, lines: 320, edges: ['PAR1', 'PAR1'] } as const;

  it.each([
    ['csv', SOUND],
    ['csv', { ...SOUND, lines: 11 }],
    ['ndjson', SOUND],
    ['parquet', { ...SOUND, lines: 0 }],
  ] as const)('as %s may be %j', (format, found) => {
    expect(faultOf(format, found, 320)).toBeNull();
  });

  it.each([
    ['csv', { ...SOUND, status: 404 }, /404/],
    ['csv', { ...SOUND, bytes: 0 }, /empty/],
    ['csv', { ...SOUND, lines: 9 }, /9 lines of at least 10/],
    ['ndjson', { ...SOUND, lines: 319 }, /319 lines/],
    ['parquet', { ...SOUND, edges: ['PAR1', 'RAP1'] }, /Parquet/],
  ] as const)('as %s is none that is %j', (format, found, fault) => {
    expect(faultOf(format, found, 320)).toMatch(fault);
  });
});
