import { endianness } from 'node:os';

/*
 * How a packet stands in the body of a block, big-endian:
 *
 *   0   uint16   bytes of the packet
 *   2   uint32   extended sequence; where datagrams have no number, that of the arrival
 *   6   float64  generation time, microseconds since 1970
 *   14  float64  time of reception, microseconds since 1970
 *   22  the packet as it was received
 */
export const FRAME_HEADER_BYTES = 22;

/** A packet of a block, where it stands. `body` is shared: whoever keeps it keeps the whole block. */
export interface PacketFrame {
  readonly sequence: number;
  readonly generatedAt: number;
  readonly receivedAt: number;
  readonly packet: Buffer;
}

export interface FrameHead {
  readonly sequence: number;
  readonly generatedAt: number;
  readonly receivedAt: number;
}

/** Up to here a loop is faster than a call for a copy. */
const LOOP_BYTES_MAX = 64;
const REAL = new Float64Array(1);
const REAL_BYTES = new Uint8Array(REAL.buffer);
const IS_LITTLE_ENDIAN = endianness() === 'LE';

/**
 * Writes a frame at `offset`, where there must be room, and gives the offset behind it. By hand, since
 * the methods of Buffer check each of their arguments, and every packet comes through here.
 */
export function writeFrame(
  body: Buffer,
  offset: number,
  { sequence, generatedAt, receivedAt }: FrameHead,
  bytes: Buffer,
  start: number,
  length: number,
): number {
  body[offset] = length >>> 8;
  body[offset + 1] = length;
  body[offset + 2] = sequence >>> 24;
  body[offset + 3] = sequence >>> 16;
  body[offset + 4] = sequence >>> 8;
  body[offset + 5] = sequence;
  writeReal(body, offset + 6, generatedAt);
  writeReal(body, offset + 14, receivedAt);
  const at = offset + FRAME_HEADER_BYTES;
  if (length > LOOP_BYTES_MAX) bytes.copy(body, at, start, start + length);
  else for (let nr = 0; nr < length; nr += 1) body[at + nr] = bytes[start + nr]!;
  return at + length;
}

/** Big-endian. */
function writeReal(body: Buffer, offset: number, value: number): void {
  REAL[0] = value;
  if (IS_LITTLE_ENDIAN) for (let nr = 0; nr < 8; nr += 1) body[offset + nr] = REAL_BYTES[7 - nr]!;
  else body.set(REAL_BYTES, offset);
}

/** The frame that begins there; its packet shares the body's memory. */
export function frameAt(body: Buffer, offset: number): PacketFrame {
  const from = offset + FRAME_HEADER_BYTES;
  return {
    sequence: body.readUInt32BE(offset + 2),
    generatedAt: body.readDoubleBE(offset + 6),
    receivedAt: body.readDoubleBE(offset + 14),
    packet: body.subarray(from, from + body.readUInt16BE(offset)),
  };
}

/** The frames of a body, in the order in which they stand. */
export function framesOf(body: Buffer): PacketFrame[] {
  const frames: PacketFrame[] = [];
  for (let offset = 0; offset < body.length;) {
    const frame = frameAt(body, offset);
    frames.push(frame);
    offset += FRAME_HEADER_BYTES + frame.packet.length;
  }
  return frames;
}
