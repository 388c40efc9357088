import { describe, expect, it } from 'vitest';
import { datagramSenderContract } from './datagram-sender.contract.js';
import { MemoryDatagramSender } from './memory-datagram.sender.js';

const sender = new MemoryDatagramSender();
let port = 41_000;

datagramSenderContract(() => ({
  sender,
  listen: async () => {
    const target = { host: '127.0.0.1', port: (port += 1), family: 'ipv4' as const };
    const inbox = sender.listen(target);
    return { target, received: () => inbox, close: async () => sender.hangUp(target) };
  },
}));

describe('a memory sender', () => {
  it('opens no channel to a target that is cut off', async () => {
    const target = { host: '127.0.0.1', port: 40_000, family: 'ipv4' as const };
    sender.cutOff(target);

    await expect(sender.open(target)).rejects.toThrow('unreachable');
  });
});
