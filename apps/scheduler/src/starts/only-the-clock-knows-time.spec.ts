import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const FOLDERS = [join('apps', 'scheduler', 'src'), join('libs', 'common', 'src', 'domain')];
const isTest = (file: string): boolean => /\.(spec|int-spec|contract)\.ts$/.test(file);
/** `new Date(x)` only calculates, and `setImmediate` only lets others have a turn. */
const READS_TIME =
  /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bhrtime\b|\bset(Timeout|Interval)\b/;

/** What reads a clock by itself cannot be simulated, and nobody notices when it is the wrong clock. */
describe('CK1: the time', () => {
  it('comes from a clock that is given, in all that plans and starts contacts', () => {
    const files = FOLDERS.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    ).filter((file) => file.endsWith('.ts') && !isTest(file));
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => READS_TIME.test(readFileSync(file, 'utf8')))).toEqual([]);
  });
});
