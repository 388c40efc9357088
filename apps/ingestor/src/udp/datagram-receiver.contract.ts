import { createSocket, type Socket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { datagramsOf, textsOf } from '../../../../test/support/datagrams.js';
import { until } from '../../../../test/support/until.js';
import { type DatagramBatch, DATAGRAM_BYTES_MAX } from './datagram-batch.js';
import type { DatagramReceiver, OpenReceiver, ReceiverOptions } from './datagram-receiver.port.js';
import { readKernelDrops } from './kernel-drops.js';
import { SlabPool } from './loop/slab-pool.js';
import type { Datagram } from './udp.events.js';

const HOST = '127.0.0.1';
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** Far below what any receive buffer of the system holds. */
const IN_A_ROW = 50;

interface Seen extends Datagram {
  readonly length: number;
}

/** What every receiver promises. */
export function datagramReceiverContract(open: OpenReceiver): void {
  describe('a datagram receiver', () => {
    let opened: DatagramReceiver[];
    let ship: Socket;
    let shed: Datagram[];
    let faults: Error[];

    beforeEach(() => {
      [opened, shed, faults] = [[], [], []];
      ship = createSocket('udp4');
    });

    afterEach(async () => {
      ship.close();
      await Promise.all(opened.map((receiver) => receiver.close()));
      expect(faults).toEqual([]);
    });

    async function make(
      onReadable: () => void = () => undefined,
      options: Partial<ReceiverOptions> = {},
    ): Promise<DatagramReceiver> {
      const receiver = await open({
        host: HOST,
        port: 0,
        receiveBufferBytes: RECEIVE_BUFFER_BYTES,
        batchMax: 1_024,
        pool: new SlabPool(65_536, 64 * 1024 * 1024, options.batchMax ?? 1_024),
        clock: new SystemClock(),
        onReadable,
        onShed: (datagram) => void shed.push(datagram),
        onError: (fault) => void faults.push(fault),
        ...options,
      });
      opened.push(receiver);
      return receiver;
    }

    /** Takes all there is, whenever there is something. */
    async function collect(
      options: Partial<ReceiverOptions> = {},
    ): Promise<{ receiver: DatagramReceiver; seen: Seen[]; sizes: number[] }> {
      const seen: Seen[] = [];
      const sizes: number[] = [];
      const receiver = await make(() => {
        for (let batch = receiver.take(); batch; batch = receiver.take()) {
          const { lengths } = batch;
          seen.push(...datagramsOf(batch).map((one, at) => ({ ...one, length: lengths[at]! })));
          sizes.push(batch.count);
          receiver.release(batch);
        }
      }, options);
      return { receiver, seen, sizes };
    }

    const send = (port: number, data: Buffer | string, host = HOST, from = ship): Promise<void> =>
      new Promise((resolve, reject) => {
        from.send(data, port, host, (fault) => (fault ? reject(fault) : resolve()));
      });

    async function sendNumbers(port: number, from: number, count: number): Promise<void> {
      await Promise.all(Array.from({ length: count }, (_, at) => send(port, String(from + at))));
    }

    it('gives what was sent, in order, with its sender', async () => {
      const { receiver, seen } = await collect();

      await sendNumbers(receiver.port, 0, 500);

      await until(() => expect(seen).toHaveLength(500));
      expect(seen.map(({ data }) => Number(data.toString()))).toEqual(
        Array.from({ length: 500 }, (_, at) => at),
      );
      const { port } = ship.address();
      expect(seen.every((one) => one.address === HOST && one.port === port)).toBe(true);
      expect(receiver.traffic).toEqual({ received: 500, bytes: 1_390, shed: 0, waiting: 0 });
    });

    it('keeps datagrams of every length, and of long ones the beginning', async () => {
      const { receiver, seen } = await collect();
      const lengths = [0, 1, 57, DATAGRAM_BYTES_MAX, DATAGRAM_BYTES_MAX + 1, 9_000, 65_507, 0, 3];

      for (const length of lengths) await send(receiver.port, Buffer.alloc(length, length % 251));

      await until(() => expect(seen).toHaveLength(lengths.length));
      expect(seen.map(({ length }) => length)).toEqual(lengths);
      const kept = lengths.map((length) =>
        Buffer.alloc(Math.min(length, DATAGRAM_BYTES_MAX), length % 251),
      );
      expect(seen.map(({ data }) => data)).toEqual(kept);
      expect(receiver.traffic.bytes).toBe(lengths.reduce((sum, length) => sum + length));
    });

    it('tells senders apart', async () => {
      const { receiver, seen } = await collect();
      const others = Array.from({ length: 200 }, () => createSocket('udp4'));
      try {
        for (const [at, other] of others.entries()) {
          const address = `127.0.${at}.1`;
          await new Promise<void>((resolve) => void other.bind(0, address, resolve));
          await send(receiver.port, address, HOST, other);
        }
        await until(() => expect(seen).toHaveLength(others.length));
        expect(seen.map(({ address }) => address)).toEqual(seen.map(({ data }) => String(data)));
        expect(seen.map(({ port }) => port)).toEqual(others.map((one) => one.address().port));
      } finally {
        for (const other of others) other.close();
      }
    });

    it('receives over IPv6', async () => {
      const { receiver, seen } = await collect({ host: '::1' });
      const other = createSocket('udp6');
      try {
        await send(receiver.port, 'six', '::1', other);
        await until(() => expect(seen).toHaveLength(1));
        expect(seen[0]).toMatchObject({ address: '::1', port: other.address().port });
        expect(receiver.address).toBe('::1');
      } finally {
        other.close();
      }
    });

    it('takes the name of a host', async () => {
      const { receiver, seen } = await collect({ host: 'localhost' });
      await send(receiver.port, 'by name');
      await until(() => expect(seen).toHaveLength(1));
      expect(receiver.address).toBe(HOST);
    });

    it('leaves the memory of a batch alone until it is released', async () => {
      const receiver = await make();
      const held: { batch: DatagramBatch; texts: string[] }[] = [];
      for (let from = 0; from < 2_000; from += IN_A_ROW) {
        await sendNumbers(receiver.port, from, IN_A_ROW);
        await until(() => expect(receiver.traffic.received).toBe(from + IN_A_ROW));
        const batch = receiver.take();
        if (batch) held.push({ batch, texts: textsOf(batch) });
      }
      // Received is not yet handed over: a batch may still be gathered.
      await until(() => {
        for (let batch = receiver.take(); batch; batch = receiver.take())
          held.push({ batch, texts: textsOf(batch) });
        expect(held.flatMap(({ texts }) => texts)).toHaveLength(2_000);
      });

      for (const { batch, texts } of held) expect(textsOf(batch)).toEqual(texts);
      expect(held.flatMap(({ texts }) => texts)).toEqual(
        Array.from({ length: 2_000 }, (_, at) => String(at)),
      );
      expect(receiver.traffic.waiting).toBe(2_000);
      for (const { batch } of held) receiver.release(batch);
      expect(receiver.traffic.waiting).toBe(0);
    });

    it('never makes a batch larger than asked for', async () => {
      const { receiver, seen, sizes } = await collect({ batchMax: 8 });

      for (let from = 0; from < 500; from += IN_A_ROW)
        await sendNumbers(receiver.port, from, IN_A_ROW);

      await until(() => expect(seen).toHaveLength(500));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(8);
    });

    it('loses nothing of what comes in bursts', async () => {
      const { receiver, seen } = await collect();

      for (let from = 0; from < 20_000; from += 200) {
        await sendNumbers(receiver.port, from, 200);
        await until(() => expect(seen).toHaveLength(from + 200), 20_000, 1);
      }

      expect(seen.map(({ data }) => Number(data.toString()))).toEqual(
        Array.from({ length: 20_000 }, (_, at) => at),
      );
    });

    it.runIf(process.platform === 'linux')(
      'accounts for every datagram of an overload',
      async () => {
        const pool = new SlabPool(500, 64 * 1024 * 1024, 100);
        const receiver = await make(undefined, { pool, batchMax: 100, receiveBufferBytes: 65_536 });

        let sent = 0;
        const sendMore = async (): Promise<void> => {
          await sendNumbers(receiver.port, sent, IN_A_ROW);
          sent += IN_A_ROW;
        };
        await until(async () => {
          await sendMore();
          expect(receiver.traffic.waiting).toBe(500);
        });
        for (let row = 0; row < 40; row += 1) await sendMore();

        let released = 0;
        await until(async () => {
          for (let batch = receiver.take(); batch; batch = receiver.take()) {
            released += batch.count;
            receiver.release(batch);
          }
          const { received, waiting } = receiver.traffic;
          expect(waiting).toBe(0);
          const dropped = (await readKernelDrops(receiver.address, receiver.port)) ?? 0;
          expect(received + dropped).toBe(sent);
        });
        expect(receiver.traffic.received).toBe(released + shed.length);
        expect(receiver.traffic.shed).toBe(shed.length);
        expect(released).toBeLessThan(sent);
      },
    );

    it('rejects when the port is taken, with the code of the system', async () => {
      const first = await make();

      await expect(make(undefined, { port: first.port })).rejects.toMatchObject({
        code: 'EADDRINUSE',
        port: first.port,
      });
      await expect(make(undefined, { host: '203.0.113.1' })).rejects.toMatchObject({
        code: 'EADDRNOTAVAIL',
      });
    });

    it('says what it was granted', async () => {
      const receiver = await make();
      expect(receiver.receiveBufferBytes).toBeGreaterThan(65_536);
      expect(receiver.port).toBeGreaterThan(0);
      expect(receiver.traffic).toEqual({ received: 0, bytes: 0, shed: 0, waiting: 0 });
    });

    it('closes while a ship sends, and the port is free again', async () => {
      let port = 0;
      let isSending = true;
      const sending = (async () => {
        while (isSending) {
          if (port > 0) await sendNumbers(port, 0, 20);
          // A send that succeeds at once takes no turn of the loop.
          await new Promise<void>((resolve) => void setImmediate(resolve));
        }
      })();
      try {
        for (let round = 0; round < 50; round += 1) {
          const { receiver } = await collect({ port });
          port = receiver.port;
          await until(() => expect(receiver.traffic.received).toBeGreaterThan(0), 20_000, 1);
          await receiver.close();
          expect(receiver.take()).toBeNull();
        }
      } finally {
        isSending = false;
        await sending;
      }
    });

    it('can be opened and closed many times, twice each', async () => {
      while (opened.length < 50) {
        const receiver = await make();
        expect(await Promise.all([receiver.close(), receiver.close()])).toHaveLength(2);
      }
    });
  });
}
