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

/** Writes a frame at `offset`, where there must be room, and gives the offset behind it. */
export function writeFrame(
  body: Buffer,
  offset: number,
  { sequence, generatedAt, receivedAt }: FrameHead,
  bytes: Buffer,
  start: number,
  length: number,
): number {
  body.writeUInt16BE(length, offset);
  body.writeUInt32BE(sequence, offset + 2);
  body.writeDoubleBE(generatedAt, offset + 6);
  body.writeDoubleBE(receivedAt, offset + 14);
  bytes.copy(body, offset + FRAME_HEADER_BYTES, start, start + length);
  return offset + FRAME_HEADER_BYTES + length;
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
