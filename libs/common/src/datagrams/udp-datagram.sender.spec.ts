import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type DatagramReceiver, datagramSenderContract } from './datagram-sender.contract.js';
import { UdpDatagramSender } from './udp-datagram.sender.js';

async function listen(family: 'ipv4' | 'ipv6', host: string): Promise<DatagramReceiver> {
  const socket = createSocket(family === 'ipv4' ? 'udp4' : 'udp6');
  const received: Buffer[] = [];
  socket.on('message', (datagram) => received.push(datagram));
  socket.bind(0, host);
  await once(socket, 'listening');
  let isOpen = true;
  return {
    target: { host, port: socket.address().port, family },
    received: () => received,
    close: async () => {
      if (!isOpen) return;
      isOpen = false;
      socket.close();
      await once(socket, 'close');
    },
  };
}

const families: (readonly ['ipv4' | 'ipv6', string])[] = [['ipv4', '127.0.0.1']];
const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((network) => network?.address === '::1');
if (hasIpv6) families.push(['ipv6', '::1']);

describe.each(families)('over UDP and %s', (family, host) => {
  datagramSenderContract(() => ({
    sender: new UdpDatagramSender(),
    listen: () => listen(family, host),
  }));
});

describe('a UDP sender', () => {
  it('opens no channel to a broadcast address', async () => {
    const target = { host: '255.255.255.255', port: 41_001, family: 'ipv4' as const };

    await expect(new UdpDatagramSender().open(target)).rejects.toMatchObject({
      syscall: 'connect',
    });
  });
});
