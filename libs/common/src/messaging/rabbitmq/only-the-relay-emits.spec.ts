import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const RELAY = join('libs', 'common', 'src', 'messaging', 'outbox.relay.ts');
const isTest = (file: string): boolean =>
  /\.(spec|int-spec|contract)\.ts$/.test(file) || file.includes(join('/', 'testing', '/'));

/** What `emit` returns fails in silence when nobody waits for it. */
describe('N11: a message', () => {
  it('is published by the outbox relay alone', () => {
    const files = ['apps', 'libs']
      .flatMap((folder) =>
        readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) =>
          join(folder, file),
        ),
      )
      .filter((file) => file.endsWith('.ts') && !isTest(file));
    const emitting = files.filter((file) =>
      /[cC]lient(\(\))?\.emit\(/.test(readFileSync(file, 'utf8')),
    );
    expect(emitting).toEqual([RELAY]);
  });
});
