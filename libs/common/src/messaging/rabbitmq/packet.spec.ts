import { RpcException } from '@nestjs/microservices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelope } from '../envelope.js';
import { parseEnvelope, parseReply, replyPacket } from './packet.js';

describe('a packet', () => {
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value) ?? '');

  it('comes out of its bytes as it went in', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const data = fc.record({ name: value, list: fc.array(value), part: fc.record({ value }) });
    fc.assert(
      fc.property(data, (given) => {
        const message = JSON.parse(JSON.stringify(envelope('ship.seen', given))) as unknown;
        expect(parseEnvelope(json(message))).toEqual(message);
      }),
    );
  });

  it('of anything else is refused for good, and never breaks the reader', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.jsonValue().map(json)), (bytes) => {
        expect(() => parseEnvelope(Buffer.from(bytes))).toThrow(RpcException);
      }),
    );
  });

  it('of a message lacks no field', () => {
    const message = { ...envelope('ship.seen', {}) };
    for (const field of Object.keys(message)) {
      const lacking = Object.fromEntries(
        Object.entries(message).filter(([name]) => name !== field),
      );
      expect(() => parseEnvelope(json(lacking))).toThrow(RpcException);
    }
  });

  it('of an answer carries a result or a fault', () => {
    expect(parseReply(replyPacket({ response: [1] }))).toEqual({ response: [1] });
    expect(parseReply(replyPacket({ fault: 'sunk' }))).toEqual({ fault: 'sunk' });
    expect(() => parseReply(json({ other: 1 }))).toThrow(RpcException);
  });
});
