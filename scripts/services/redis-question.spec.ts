import { createServer, type AddressInfo, type Server } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askRedis, encodeCommand } from './redis-question.js';

describe('encodeCommand', () => {
  it('gives each word with its length in bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (words) => {
        expect(decode(Buffer.from(encodeCommand(words)))).toEqual(words);
      }),
    );
  });
});

describe('askRedis', () => {
  it.each(['-LOADING Redis is loading the dataset in memory\r\n', '-NOAUTH no\r\n', ''])(
    'rejects when the answer is %j',
    async (answer) => {
      const server = await answering(answer);
      const { port } = server.address() as AddressInfo;
      await expect(askRedis(`redis://127.0.0.1:${port}`)).rejects.toThrow(/Redis answers:/);
      server.close();
    },
  );
});

function answering(answer: string): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => undefined).end(answer));
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

function decode(bytes: Buffer): string[] {
  const words: string[] = [];
  let at = bytes.indexOf('\r\n') + 2;
  while (at < bytes.length) {
    const end = bytes.indexOf('\r\n', at);
    const length = Number(bytes.toString('utf8', at + 1, end));
    words.push(bytes.toString('utf8', end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  expect(bytes.toString('utf8', 0, bytes.indexOf('\r\n'))).toBe(`*${words.length}`);
  return words;
}
