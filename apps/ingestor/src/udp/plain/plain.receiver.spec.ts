import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { until } from '../../../../../test/support/until.js';
import { datagramReceiverContract } from '../datagram-receiver.contract.js';
import type { DatagramReceiver } from '../datagram-receiver.port.js';
import { SlabPool } from '../slab-pool.js';
import { PlainReceiver } from './plain.receiver.js';

const HOST = '127.0.0.1';

datagramReceiverContract((options) => PlainReceiver.open(options));

describe('the thread of a PlainReceiver', () => {
  const make = (): Promise<DatagramReceiver> =>
    PlainReceiver.open({
      host: HOST,
      port: 0,
      receiveBufferBytes: 65_536,
      batchMax: 1_024,
      pool: new SlabPool(1_024, 1024 * 1024, 1_024),
      clock: new SystemClock(),
      onReadable: () => undefined,
      onShed: () => undefined,
      onError: () => undefined,
    });

  it.runIf(process.platform === 'linux')('leaves no file and no thread behind', async () => {
    const filesAndThreads = (): number[] => [
      readdirSync('/proc/self/fd').length,
      readdirSync('/proc/self/task').length,
    ];
    await (await make()).close();
    const before = filesAndThreads();
    for (let round = 0; round < 10; round += 1) await (await make()).close();
    await until(() => expect(filesAndThreads()).toEqual(before));
  });

  it.each([
    ['process.exit(0)', { code: 0, signal: null }],
    ['await receiver.close()', { code: 0, signal: null }],
    ['process.kill(process.pid, "SIGTERM")', { code: null, signal: 'SIGTERM' }],
  ])('ends with its process, by %s in the middle of traffic', async (end, expected) => {
    const ended = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--eval',
      programThatEndsBy(end),
    ]).catch((fault: { code: unknown; signal: unknown }) => fault);
    const { code = 0, signal = null } = ended as { code?: unknown; signal?: unknown };
    expect({ code, signal }).toEqual(expected);
  });
});

/** In a process of its own: floods itself, takes nothing so that the thread waits, and ends. */
function programThatEndsBy(end: string): string {
  const folder = dirname(createRequire(import.meta.url).resolve('#threads/plain.receiver'));
  return `
    import { createSocket } from 'node:dgram';
    import { PlainReceiver } from ${JSON.stringify(join(folder, 'plain.receiver.js'))};
    const receiver = await PlainReceiver.open({
      host: '${HOST}', port: 0, receiveBufferBytes: 1 << 20, batchMax: 1024,
      pool: { datagramsMax: 5000 }, onReadable() {}, onError() {},
    });
    const ship = createSocket('udp4');
    const flood = setInterval(async () => {
      for (let at = 0; at < 500; at += 1) ship.send('x', receiver.port, '${HOST}');
      if (receiver.traffic.received < 5000) return;
      clearInterval(flood);
      ship.close();
      ${end};
    }, 1);
  `;
}
