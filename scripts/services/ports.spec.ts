import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { findFreePorts, isFree } from './ports.js';

describe('findFreePorts', () => {
  it('answers different ones that are free, below those of outgoing connections', async () => {
    const ports = await findFreePorts(20);
    expect(new Set(ports).size).toBe(20);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(16_000);
    expect(Math.max(...ports)).toBeLessThan(25_000);
    for (const port of ports) expect(await isFree(port)).toBe(true);
  });

  it('sees a port that somebody listens on', async () => {
    const [port = 0] = await findFreePorts(1);
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(port, '127.0.0.1', done));
    expect(await isFree(port)).toBe(false);
    await new Promise((done) => taken.close(done));
  });
});
