import { afterEach, describe, expect, it } from 'vitest';
import type { StreamTarget } from './stream-targets.js';
import type { DatagramChannel, DatagramSender } from './datagram-sender.port.js';
import { until } from '../../../../test/support/until.js';

/** What a sender needs at the other end to be judged. */
export interface DatagramReceiver {
  readonly target: StreamTarget;
  received(): readonly Buffer[];
  close(): Promise<void>;
}

export interface SenderUnderTest {
  readonly sender: DatagramSender;
  readonly listen: () => Promise<DatagramReceiver>;
}

/** What every sender must do. */
export function datagramSenderContract(create: () => SenderUnderTest): void {
  describe('a datagram sender', () => {
    const opened: { close(): Promise<void> }[] = [];
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((thing) => thing.close()));
    });

    async function connect(): Promise<{ channel: DatagramChannel; receiver: DatagramReceiver }> {
      const { sender, listen } = create();
      const receiver = await listen();
      const channel = await sender.open(receiver.target);
      opened.push(channel, receiver);
      return { channel, receiver };
    }

    it('sends the bytes as they are, in order', async () => {
      const { channel, receiver } = await connect();
      const datagrams = Array.from({ length: 50 }, (_, n) => Buffer.from([n, 0xff, 0x00]));

      expect(await channel.send(datagrams)).toEqual([]);

      await until(() => expect(receiver.received()).toEqual(datagrams));
      expect(channel.refusalCount).toBe(0);
    });

    it('takes an empty list', async () => {
      const { channel } = await connect();

      expect(await channel.send([])).toEqual([]);
    });

    it('keeps two channels to two targets apart', async () => {
      const one = await connect();
      const two = await connect();

      await one.channel.send([Buffer.from('one')]);
      await two.channel.send([Buffer.from('two')]);

      await until(() => expect(one.receiver.received().map(String)).toEqual(['one']));
      await until(() => expect(two.receiver.received().map(String)).toEqual(['two']));
    });

    it('counts refusals when nobody listens any more', async () => {
      const { channel, receiver } = await connect();
      await receiver.close();

      await until(async () => {
        await channel.send([Buffer.from('anyone?')]);
        expect(channel.refusalCount).toBeGreaterThan(1);
      });
    });

    it('takes nothing after it was closed, and may be closed twice', async () => {
      const { channel, receiver } = await connect();
      await channel.close();
      await channel.close();

      expect(await channel.send([Buffer.from('late'), Buffer.from('later')])).toEqual([0, 1]);
      expect(receiver.received()).toEqual([]);
    });
  });
}
