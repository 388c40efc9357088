import { describe, expect, it } from 'vitest';
import { ConfigError, SystemClock } from '#common/platform';
import { chooseReceiver } from './receiver-choice.js';
import { UdpHealth } from './udp.health.js';
import { UdpServer } from './udp.server.js';

const missing = (): never => {
  throw new Error('Cannot find module\nRequire stack: …');
};

describe('the choice of a receiver', () => {
  it('is the plain one where it was not, and says why', () => {
    expect(chooseReceiver('auto', missing)).toMatchObject({
      kind: 'plain',
      reason: 'The native receiver cannot be loaded: Cannot find module',
    });
  });

  it('is no other than the one asked for', () => {
    expect(chooseReceiver('plain', missing)).toMatchObject({ kind: 'plain', reason: null });
    expect(() => chooseReceiver('native', missing)).toThrow(ConfigError);
    expect(() => chooseReceiver('native', missing)).toThrow('(Cannot find module): build it with');
  });

  it('is told in the health', async () => {
    const server = new UdpServer({
      host: '127.0.0.1',
      port: 0,
      clock: new SystemClock(),
      receiver: chooseReceiver('auto', missing),
    });
    await new Promise<void>((resolve, reject) =>
      server.listen((fault) => (fault ? reject(fault) : resolve())),
    );
    try {
      expect(await new UdpHealth(server).check()).toMatchObject({
        receiver: 'plain',
        receiverReason: 'The native receiver cannot be loaded: Cannot find module',
      });
    } finally {
      await server.close();
    }
  });
});
