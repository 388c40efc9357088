import { RpcException } from '@nestjs/microservices';
import { readBody } from '#common/platform';
import { type Envelope, ENVELOPE_VERSION } from '../envelope.js';

/** As long as a routing key may be. */
const NAME_LENGTH_MAX = 255;

/** @throws {RpcException} it will never be one: the broker is trusted no more than HTTP is. */
export function parseEnvelope(content: Buffer): Envelope {
  const packet = readPacket(content);
  if (!isObject(packet)) throw new RpcException('The message is no object');
  const { id, type, time, version, data } = packet;
  if (!isName(id)) throw new RpcException('The message has no id');
  if (!isName(type)) throw new RpcException('The message has no type');
  if (version !== ENVELOPE_VERSION)
    throw new RpcException(`This app knows messages of version ${ENVELOPE_VERSION} only`);
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time)))
    throw new RpcException('The message has no time');
  if (!isObject(data)) throw new RpcException('The message carries no data');
  return { id, type, time, version, data };
}

export function readPacket(content: Buffer): unknown {
  try {
    return readBody(content);
  } catch (fault) {
    throw new RpcException(fault instanceof Error ? fault.message : String(fault));
  }
}

/** The answer to a request: what its handler returned, or why it failed. */
export type Reply = { readonly response: unknown } | { readonly fault: string };

export const replyPacket = (reply: Reply): Buffer => Buffer.from(JSON.stringify(reply));

export function parseReply(content: Buffer): Reply {
  const packet = readPacket(content);
  if (isObject(packet) && typeof packet['fault'] === 'string') return { fault: packet['fault'] };
  if (isObject(packet) && 'response' in packet) return { response: packet['response'] };
  throw new RpcException('The answer is none');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= NAME_LENGTH_MAX;
