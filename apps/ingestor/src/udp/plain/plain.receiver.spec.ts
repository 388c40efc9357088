import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { until } from '../../../../../test/support/until.js';
import { datagramReceiverContract } from '../datagram-receiver.contract.js';
import type { DatagramReceiver } from '../datagram-receiver.port.js';
import { SlabPool } from '../loop/slab-pool.js';
import { PlainReceiver } from './plain.receiver.js';

const HOST = '127.0.0.1';
const PROGRAM_MS_MAX = 20_000;

datagramReceiverContract((options) => PlainReceiver.open(options));

describe('the thread of a PlainReceiver', () => {
  const make = (onError: (fault: Error) => void = () => undefined): Promise<DatagramReceiver> =>
    PlainReceiver.open({
      host: HOST,
      port: 0,
      receiveBufferBytes: 65_536,
      batchMax: 1_024,
      pool: new SlabPool(1_024, 1024 * 1024, 1_024),
      clock: new SystemClock(),
      onReadable: () => undefined,
      onShed: () => undefined,
      onError,
    });

  it.runIf(process.platform === 'linux')('leaves no file and no thread behind', async () => {
    const filesAndThreads = (): number[] => [
      readdirSync('/proc/self/fd').length,
      readdirSync('/proc/self/task').length,
    ];
    // Node itself opens and closes some of each now and then; a leak is at least one for each receiver.
    const rounds = 20;
    await (await make()).close();
    const [files = 0, threads = 0] = filesAndThreads();
    for (let round = 0; round < rounds; round += 1) await (await make()).close();
    await until(() => {
      const [filesNow = 0, threadsNow = 0] = filesAndThreads();
      expect(filesNow - files).toBeLessThan(rounds / 2);
      expect(threadsNow - threads).toBeLessThan(rounds / 2);
    });
  });

  it.each([
    ['process.exit(7)', 7],
    ['await receiver.close(); process.exitCode = 40 + threadEndedWith', 40],
  ])('ends with its process, by %s while it waits', async (end, code) => {
    const program = promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', programThatEndsBy(end)],
      { timeout: PROGRAM_MS_MAX },
    );
    await expect(program).rejects.toMatchObject({ code, signal: null });
  });

  it('counts at its end what it has read', async () => {
    const receiver = await make();
    const ship = createSocket('udp4');
    const send = async (received: number): Promise<void> => {
      for (let nr = 0; nr < 50; nr += 1) ship.send('x', receiver.port, HOST);
      await until(() => expect(receiver.traffic.received).toBe(received), 20_000, 1);
    };
    // Of the first nothing is taken, so the others wait for more in a slab that is not handed over.
    for (const received of [50, 100, 150, 200]) await send(received);
    await receiver.close();
    ship.close();

    expect(receiver.traffic).toEqual({ received: 200, bytes: 200, waiting: 200, shed: 0 });
  });

  it('that dies is told, and the receiver can still be closed', async () => {
    const workers: Worker[] = [];
    const note = (worker: Worker): void => void workers.push(worker);
    process.on('worker', note);
    const faults: Error[] = [];
    const receiver = await make((fault) => void faults.push(fault));
    process.off('worker', note);

    await workers[0]!.terminate();
    await until(() => expect(faults).toHaveLength(1));
    await receiver.close();

    expect(faults[0]!.message).toBe('The thread of the socket ended');
  });
});

/** In a process of its own: floods itself, takes nothing so that the thread waits, and ends. */
function programThatEndsBy(end: string): string {
  const folder = dirname(createRequire(import.meta.url).resolve('#threads/plain.receiver'));
  return `
    import { createSocket } from 'node:dgram';
    import { PlainReceiver } from ${JSON.stringify(join(folder, 'plain.receiver.js'))};
    let threadEndedWith;
    process.on('worker', (worker) => worker.once('exit', (code) => (threadEndedWith = code)));
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
