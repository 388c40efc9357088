import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportLines } from './export-lines.js';
import type { Urls } from './up.js';

const SHELLS_MAX = 20;
const aUrl = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));

describe('exportLines', () => {
  it('gives a shell just the addresses, whatever is in them', () => {
    fc.assert(
      fc.property(aUrl, aUrl, aUrl, (postgresql, redis, rabbitmq) => {
        const say = 'printf "%s\\0" "$DATABASE_URL" "$REDIS_URL" "$RABBITMQ_URL"';
        const urls = new Map(Object.entries({ postgresql, redis, rabbitmq })) as Urls;
        const script = `${exportLines(urls)}${say}`;
        const said = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
        expect(said.split('\0')).toEqual([postgresql, redis, rabbitmq, '']);
      }),
      { numRuns: SHELLS_MAX },
    );
  });
});
