import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LoggingConfig, StructuredLogger } from './logging.js';

describe('the log', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'perigee-log-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function linesOf(write: (logger: StructuredLogger) => void): Record<string, unknown>[] {
    const LOG_FILE = join(folder, 'below', 'app.log');
    write(new StructuredLogger('ship', Object.assign(new LoggingConfig(), { LOG_FILE })));
    return readFileSync(LOG_FILE, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it('has one JSON object a line, with app, context and level', () => {
    const lines = linesOf((logger) => {
      logger.log('ready', 'Loop');
      logger.debug('not at this level', 'Loop');
      logger.warn({ message: 'slow', ms: 7 }, 'Loop');
    });
    expect(lines).toMatchObject([
      { level: 'info', app: 'ship', context: 'Loop', msg: 'ready' },
      { level: 'warn', app: 'ship', context: 'Loop', msg: 'slow', ms: 7 },
    ]);
  });

  it('never holds a password of a URL', () => {
    const fault = new Error('cannot reach postgres://perigee:hunter2@db:5432/perigee');
    const [line, nested] = linesOf((logger) => {
      logger.error(fault, 'Loop');
      logger.error({ message: 'A sweep failed', fault }, 'Loop');
    });
    expect(line?.['msg']).toBe('cannot reach postgres://perigee:***@db:5432/perigee');
    expect(JSON.stringify([line, nested])).not.toContain('hunter2');
    expect(JSON.stringify(nested)).toContain('cannot reach');
  });

  it('knows a password also where no user is named', () => {
    const [line] = linesOf((logger) => logger.error('redis://:hunter2@redis:6379 is away', 'Loop'));
    expect(line?.['msg']).toBe('redis://:***@redis:6379 is away');
  });
});
