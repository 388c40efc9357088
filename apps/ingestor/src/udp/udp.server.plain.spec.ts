import { createSocket } from 'node:dgram';
import type { Worker } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import { firstValueFrom } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { textsOf } from '../../../../test/support/datagrams.js';
import { until } from '../../../../test/support/until.js';
import type { DatagramBatch } from './datagram-batch.js';
import { chooseReceiver } from './receiver-choice.js';
import { DATAGRAMS } from './udp.events.js';
import { udpServerContract } from './udp.server.contract.js';
import { UdpServer } from './udp.server.js';

const HOST = '127.0.0.1';

const receiver = chooseReceiver('plain');

udpServerContract(receiver);

describe('a UdpServer whose thread dies', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('opens its port again, and forgets nothing that the kernel dropped', async () => {
    const workers: Worker[] = [];
    const note = (worker: Worker): void => void workers.push(worker);
    const seen: string[] = [];
    let letGo = (): void => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    const clock = new SystemClock();
    const server = new UdpServer({ host: HOST, port: 0, clock, receiver, queuedMax: 10 });
    const handle = async (batch: DatagramBatch): Promise<void> => {
      await gate;
      seen.push(...textsOf(batch));
    };
    server.addHandler(DATAGRAMS, handle, true);
    const ship = createSocket('udp4');
    process.on('worker', note);
    try {
      await new Promise<void>((resolve) => server.listen(() => resolve()));
      const port = server.sharedPort!;
      await until(async () => {
        for (let nr = 0; nr < 1_000; nr += 1) ship.send('flood', port, HOST);
        expect(await server.kernelDrops(port)).toBeGreaterThan(0);
      });
      const before = (await server.kernelDrops(port))!;

      await workers[0]!.terminate();
      letGo();
      await until(async () => expect(await firstValueFrom(server.status)).toBe('ok'), 5_000);

      await until(() => {
        ship.send('after', port, HOST);
        expect(seen).toContain('after');
      });
      expect(server.sharedPort).toBe(port);
      expect(await server.kernelDrops(port)).toBeGreaterThanOrEqual(before);
    } finally {
      process.off('worker', note);
      ship.close();
      await server.close();
    }
  });
});
