import { createSocket, type Socket } from 'node:dgram';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { firstValueFrom } from 'rxjs';
import { SystemClock } from '#common/platform';
import { datagramsOf, textsOf } from '../../../../test/support/datagrams.js';
import { until } from '../../../../test/support/until.js';
import type { DatagramBatch } from './datagram-batch.js';
import type { ReceiverChoice } from './receiver-choice.js';
import { type Datagram, DATAGRAMS } from './udp.events.js';
import { UdpHealth } from './udp.health.js';
import type { UdpServerOptions } from './udp.options.js';
import { UdpServer } from './udp.server.js';

const HOST = '127.0.0.1';

/** What the server promises, whichever receiver it has. */
export function udpServerContract(receiver: ReceiverChoice): void {
  describe(`UdpServer with the ${receiver.kind} receiver`, () => {
    let servers: UdpServer[];
    let ship: Socket;

    // The faults in here are on purpose.
    beforeAll(() => Logger.overrideLogger(false));

    beforeEach(() => {
      servers = [];
      ship = createSocket('udp4');
    });

    afterEach(async () => {
      ship.close();
      await Promise.all(servers.map((server) => server.close()));
    });

    function make(
      handle: (batch: DatagramBatch) => Promise<void> | void,
      options: Partial<UdpServerOptions> = {},
    ): UdpServer {
      const server = new UdpServer({
        host: HOST,
        port: 0,
        clock: new SystemClock(),
        receiver,
        ...options,
      });
      server.addHandler(DATAGRAMS, async (batch: DatagramBatch) => handle(batch), true);
      servers.push(server);
      return server;
    }

    const listen = (server: UdpServer): Promise<void> =>
      new Promise((resolve, reject) => {
        server.listen((fault) => (fault ? reject(fault) : resolve()));
      });

    const send = (port: number, text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        ship.send(text, port, HOST, (fault) => (fault ? reject(fault) : resolve()));
      });

    async function sendNumbers(port: number, count: number): Promise<void> {
      await Promise.all(Array.from({ length: count }, (_, at) => send(port, String(at))));
    }

    it('hands datagrams over in batches, in order, with sender and port', async () => {
      const batches: Datagram[][] = [];
      const ports = new Set<number>();
      const server = make((batch) => {
        batches.push(datagramsOf(batch));
        ports.add(batch.port);
      });
      await listen(server);

      await sendNumbers(server.sharedPort!, 500);

      const seen = (): Datagram[] => batches.flat();
      await until(() => expect(seen()).toHaveLength(500));
      expect(seen().map(({ data }) => Number(data.toString()))).toEqual(
        Array.from({ length: 500 }, (_, at) => at),
      );
      expect(batches.length).toBeLessThan(250);
      expect([...ports]).toEqual([server.sharedPort]);
      expect(seen()[0]).toMatchObject({ address: HOST, port: ship.address().port });
      expect(server.counters).toMatchObject({ received: 500, handled: 500, shed: 0, failed: 0 });
    });

    it('never makes a batch larger than its limit', async () => {
      const sizes: number[] = [];
      const server = make(
        async ({ count }) => {
          sizes.push(count);
          await wait(5);
        },
        { batchMax: 8 },
      );
      await listen(server);

      await sendNumbers(server.sharedPort!, 100);

      await until(() => expect(server.counters.handled).toBe(100));
      expect(Math.max(...sizes)).toBe(8);
    });

    it('counts the batches of a handler that throws, and lives on', async () => {
      let isBroken = true;
      const server = make(() => {
        if (isBroken) throw new Error('broken on purpose');
      });
      await listen(server);

      await send(server.sharedPort!, 'first');
      await until(() => expect(server.counters).toMatchObject({ failed: 1, failedBatches: 1 }));
      isBroken = false;
      await send(server.sharedPort!, 'second');

      await until(() => expect(server.counters).toMatchObject({ received: 2, handled: 1 }));
      expect(await firstValueFrom(server.status)).toBe('ok');
    });

    it('tells the listen callback of a port that is taken', async () => {
      const first = make(() => undefined);
      await listen(first);
      const second = make(() => undefined, { port: first.sharedPort! });

      await expect(listen(second)).rejects.toMatchObject({ code: 'EADDRINUSE' });
      expect(await firstValueFrom(second.status)).toBe('failed');
      expect((await new UdpHealth(second).check()).status).toBe('down');
    });

    it('loses what its queue cannot hold, and counts it exactly', async () => {
      const shed: string[] = [];
      let release = (): void => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const server = make(() => gate, { queuedMax: 50 });
      server.on('shed', (_port, { data }) => void shed.push(data.toString()));
      await listen(server);
      // A thread leaves to the kernel what it has no room for; on the main loop it is shed.
      const taken = receiver.kind === 'loop' ? 200 : 50;

      await sendNumbers(server.sharedPort!, 200);
      await until(() => expect(server.counters.received).toBe(taken));
      expect(server.counters).toMatchObject({ shed: taken - 50, handled: 0 });
      expect(server.waiting).toBe(50);
      release();

      await until(() => expect(server.counters.received).toBe(200));
      await until(() => expect(server.counters.handled).toBe(200 - shed.length));
      expect(shed).toEqual(Array.from({ length: taken - 50 }, (_, at) => String(50 + at)));
      expect(server.waiting).toBe(0);
    });

    it('reads what is there and waits for the handler before it closes', async () => {
      const handled: string[] = [];
      const server = make(async (batch) => {
        await wait(20);
        handled.push(...textsOf(batch));
      });
      await listen(server);

      await sendNumbers(server.sharedPort!, 100);
      await server.close();

      expect(handled).toHaveLength(100);
      expect(server.counters).toMatchObject({ received: 100, handled: 100 });
      expect(await firstValueFrom(server.status)).toBe('unavailable');
    });

    it('reads what came while the process stood still before it closes a port', async () => {
      let count = 0;
      const server = make((batch) => void (count += batch.count));
      await listen(server);
      const port = await server.openPort(0);
      ship.connect(port, HOST);
      await once(ship, 'connect');
      const closed = server.closePort(port);
      for (let nr = 0; nr < 200; nr += 1) ship.send('late');
      const until = performance.now() + 300;
      while (performance.now() < until);
      await closed;

      expect(count).toBe(200);
    });

    it('opens and closes further ports while it runs', async () => {
      const ports: number[] = [];
      const server = make(({ port }) => void ports.push(port));
      await listen(server);
      const extra = await server.openPort(0);

      await send(extra, 'one');
      await until(() => expect(ports).toEqual([extra]));
      await expect(server.openPort(extra)).rejects.toMatchObject({ code: 'EADDRINUSE' });
      expect(await server.kernelDrops(extra)).toBe(process.platform === 'linux' ? 0 : null);
      await server.closePort(extra);

      expect(server.ports().map(({ port }) => port)).toEqual([server.sharedPort]);
      expect(server.counters.received).toBe(1);
      expect(await server.openPort(extra)).toBe(extra);
    });

    it('opens its shared port again after a fault, and is well again', async () => {
      const handled: string[] = [];
      const server = make((batch) => void handled.push(...textsOf(batch)));
      await listen(server);
      const port = server.sharedPort!;
      const broken = server.unwrap<Socket>();
      await send(port, 'before');
      await until(() => expect(handled).toEqual(['before']));

      broken.emit('error', new Error('broken on purpose'));
      broken.emit('error', new Error('broken on purpose'));
      expect(await firstValueFrom(server.status)).toBe('failed');
      expect(server.sharedPort).toBe(port);

      await until(async () => expect(await firstValueFrom(server.status)).toBe('ok'), 5_000);
      expect(server.unwrap()).not.toBe(broken);
      await send(port, 'after');
      await until(() => expect(handled).toEqual(['before', 'after']));
      expect(server.counters).toMatchObject({ received: 2, handled: 2 });
    });

    it('tries again while its shared port is taken, until it closes', async () => {
      const server = make(() => undefined);
      await listen(server);
      const port = server.sharedPort!;
      const broken = server.unwrap<Socket>();
      const thief = createSocket('udp4');
      broken.on('close', () => thief.bind(port, HOST));
      broken.emit('error', new Error('broken on purpose'));
      await until(() => expect(thief.address().port).toBe(port), 5_000);
      expect(await firstValueFrom(server.status)).toBe('failed');

      await server.close();

      thief.close();
      expect(await firstValueFrom(server.status)).toBe('unavailable');
    });

    it('is well again when the port that had a fault closes', async () => {
      const server = make(() => undefined);
      await listen(server);
      const sockets: Socket[] = [];
      const note = (message: unknown): void =>
        void sockets.push((message as { socket: Socket }).socket);
      subscribe('udp.socket', note);
      const extra = await server.openPort(0);
      unsubscribe('udp.socket', note);

      sockets[0]!.emit('error', new Error('broken on purpose'));
      expect(await firstValueFrom(server.status)).toBe('failed');
      await server.closePort(extra);

      expect(await firstValueFrom(server.status)).toBe('ok');
    });

    it('is healthy while bound, and says so when the buffer is too small', async () => {
      const server = make(() => undefined);
      await listen(server);
      const health = await new UdpHealth(server).check();

      const granted = server.ports()[0]!.receiveBufferBytes;
      expect(health.status).toBe(granted >= 4 * 1024 * 1024 ? 'up' : 'degraded');
      expect(health).toMatchObject({ link: 'ok', receiver: receiver.kind, received: 0, shed: 0 });
    });
  });
}
