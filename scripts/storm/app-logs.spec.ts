import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLeftBehind, readStreams } from './app-logs.js';

const TIME = '2030-01-01T00:00:00.000Z';

describe('the logs of the apps', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'storm-logs-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function logOf(...lines: (object | string)[]): Promise<string> {
    const file = join(folder, 'app.log');
    const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    await writeFile(file, texts.join('\n'));
    return file;
  }

  it('tell the streams of every life of the ship, also past a line that a kill cut', async () => {
    const started = { msg: 'A stream started', time: TIME, shipName: 'One' };
    const file = await logOf(
      { ...started, eventKey: 'a' },
      '{"level":"info","msg":"A stream st',
      { ...started, eventKey: 'b' },
      { msg: 'A stream ended', time: TIME, eventKey: 'b', lastSequence: 4, sent: 7 },
    );

    const startedAtMs = Date.parse(TIME);
    expect(await readStreams(file)).toEqual([
      { eventKey: 'a', shipName: 'One', startedAtMs, ended: null },
      { eventKey: 'b', shipName: 'One', startedAtMs, ended: { lastSequence: 4, sent: 7 } },
    ]);
  });

  it('tell each answer of the ship that was lost', async () => {
    const lost = { msg: 'A stream may be left behind: no answer came', contactId: 'x' };
    const file = await logOf(lost, { msg: 'Something else', contactId: 'y' }, lost);
    expect(await readLeftBehind([file])).toEqual(['x', 'x']);
  });

  it('are empty where the app never came so far', async () => {
    expect(await readStreams(join(folder, 'missing.log'))).toEqual([]);
  });
});
