import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { closeSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { until } from '../../../../../test/support/until.js';
import { datagramReceiverContract } from '../datagram-receiver.contract.js';
import type { DatagramReceiver } from '../datagram-receiver.port.js';
import { loadNativeAddon } from './native-addon.js';
import { NativeReceiver } from './native.receiver.js';
import { chooseReceiver } from '../receiver-choice.js';
import { SlabPool } from '../loop/slab-pool.js';

const HOST = '127.0.0.1';
const open = NativeReceiver.opener(loadNativeAddon());

datagramReceiverContract(open);

describe('the thread of a NativeReceiver', () => {
  const make = (
    onError: (fault: Error) => void = () => undefined,
    port = 0,
  ): Promise<DatagramReceiver> =>
    open({
      host: HOST,
      port,
      receiveBufferBytes: 65_536,
      batchMax: 1_024,
      pool: new SlabPool(1_024, 1024 * 1024, 1_024),
      clock: new SystemClock(),
      onReadable: () => undefined,
      onShed: () => undefined,
      onError,
    });

  const filesAndThreads = (): number[] => [
    readdirSync('/proc/self/fd').length,
    readdirSync('/proc/self/task').length,
  ];

  it('is chosen where it was built', () => {
    expect(chooseReceiver('auto')).toMatchObject({ kind: 'native', reason: null });
    expect(chooseReceiver('native')).toMatchObject({ kind: 'native', reason: null });
  });

  it('leaves no file and no thread behind', async () => {
    await (await make()).close();
    const before = filesAndThreads();
    for (let round = 0; round < 100; round += 1) await (await make()).close();
    expect(filesAndThreads()).toEqual(before);

    const receiver = await make();
    const [files = 0, threads = 0] = before;
    expect(filesAndThreads()).toEqual([files + 2, threads + 1]);
    await expect(make(undefined, receiver.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await receiver.close();
    expect(filesAndThreads()).toEqual(before);
  });

  it('tells when its socket is lost, and can still be closed', async () => {
    const faults: Error[] = [];
    const receiver = await make((fault) => void faults.push(fault));
    // Bound before, or it would get the number of the file that is lost.
    const ship = createSocket('udp4');
    await new Promise<void>((resolve) => void ship.bind(0, HOST, resolve));
    try {
      closeSync(fileOf(receiver.port));
      await until(() => {
        ship.send('wake', receiver.port, HOST);
        expect(faults).toHaveLength(1);
      });
      expect(faults[0]).toMatchObject({ code: 'EBADF', syscall: 'recvmmsg' });
    } finally {
      ship.close();
      await receiver.close();
    }
  });

  it.each(['process.exit(0)', 'addon.close(handle)', 'process.kill(process.pid, "SIGTERM")'])(
    'ends with its process, by %s in the middle of traffic',
    async (end) => {
      const ended = await promisify(execFile)(process.execPath, [
        '--input-type=module',
        '--eval',
        programThatEndsBy(end),
      ]).catch((fault: { code: unknown; signal: unknown }) => fault);
      const { code = 0, signal = null } = ended as { code?: unknown; signal?: unknown };
      expect({ code, signal }).toEqual(
        end.includes('kill') ? { code: null, signal: 'SIGTERM' } : { code: 0, signal: null },
      );
    },
  );
});

/** The file number of our socket that is bound to this port of IPv4. */
function fileOf(port: number): number {
  const portHex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/udp', 'latin1').split('\n');
  const row = rows.find((line) => line.trim().split(/\s+/)[1]?.endsWith(portHex));
  const wanted = `socket:[${row!.trim().split(/\s+/)[9]}]`;
  const isWanted = (file: string): boolean => {
    try {
      return readlinkSync(`/proc/self/fd/${file}`) === wanted;
    } catch {
      // The folder itself was among them.
      return false;
    }
  };
  return Number(readdirSync('/proc/self/fd').find(isWanted));
}

/** In a process of its own: floods itself, and ends while the thread reads. */
function programThatEndsBy(end: string): string {
  return `
    import { createSocket } from 'node:dgram';
    import { createRequire } from 'node:module';
    const addon = createRequire(import.meta.url)('#native/udp_receiver');
    const state = new Float64Array(5);
    let hasEnded = false;
    const handle = addon.open('${HOST}', false, 0, 1 << 20, 1024, 65536,
      new ArrayBuffer(8 * addon.layout.size), () => {
        for (let at = addon.take(handle); at >= 0; at = addon.take(handle)) addon.release(handle, at);
        addon.state(handle, state);
        if (state[2] < 5000 || hasEnded) return;
        hasEnded = true;
        clearInterval(flood);
        ship.close();
        ${end};
      });
    addon.state(handle, state);
    const ship = createSocket('udp4');
    const flood = setInterval(() => {
      for (let at = 0; at < 500; at += 1) ship.send('x', state[0], '${HOST}');
    }, 1);
  `;
}
