import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataSourceOptions } from './data-source.js';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { runPrepared } from './prepared-statement.js';

const PID = 'SELECT pg_backend_pid() AS pid';

describe('a prepared statement', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeEach(async () => {
    database = await testDatabase();
    source = new DataSource(dataSourceOptions(database.url, 'test'));
    await source.initialize();
  });

  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  const pid = async (): Promise<number> =>
    (await runPrepared<{ pid: number }>(source, 'pid', PID, []))[0]!.pid;

  it('takes texts, bytes, and bytes in pieces, again and again', async () => {
    const text =
      'SELECT $1::text AS text, $2::bytea AS bytes, $3::bytea AS pieces, $4::bytea AS none';
    for (const size of [0, 1, 100, 100_000]) {
      const pieces = [Buffer.alloc(size, 1), Buffer.alloc(0), Buffer.alloc(3 * size, 2)];
      const given = ['Grüße', Buffer.alloc(size, 3), pieces, []];
      const [row] = await runPrepared(source, 'echo', text, given);

      expect(row).toEqual({
        text: 'Grüße',
        bytes: Buffer.alloc(size, 3),
        pieces: Buffer.concat(pieces),
        none: Buffer.alloc(0),
      });
    }
  });

  it('that gets no answer is given up, and its connection with it', async () => {
    const before = await pid();
    await expect(runPrepared(source, 'nap', 'SELECT pg_sleep(4)', [], 50)).rejects.toThrow(
      'timeout',
    );

    expect(await pid()).not.toBe(before);
  });

  it('that the server refuses costs no connection', async () => {
    const before = await pid();
    await expect(runPrepared(source, 'zero', 'SELECT 1 / 0', [])).rejects.toThrow('zero');

    expect(await pid()).toBe(before);
  });
});
