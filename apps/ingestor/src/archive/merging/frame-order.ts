import { FRAME_HEADER_BYTES } from '../packet-frame.js';

/** Where a frame stands in the order of packets of one reception: generation time, then sequence. */
export interface FrameKey {
  readonly generatedAt: number;
  readonly sequence: number;
}

/** The lowest and the highest key of a body, and whether its frames stand in order. */
export interface FrameOrder {
  readonly first: FrameKey;
  readonly last: FrameKey;
  readonly isSorted: boolean;
}

export const compareKeys = (a: FrameKey, b: FrameKey): number =>
  a.generatedAt - b.generatedAt || a.sequence - b.sequence;

/** Of a body with at least one frame. */
export function orderOf(body: Buffer): FrameOrder {
  let first = keyAt(body, 0);
  let last = first;
  let isSorted = true;
  for (let offset = 0; offset < body.length; offset = frameEnd(body, offset)) {
    const key = keyAt(body, offset);
    if (compareKeys(key, last) >= 0) last = key;
    else {
      isSorted = false;
      if (compareKeys(key, first) < 0) first = key;
    }
  }
  return { first, last, isSorted };
}

export const keyAt = (body: Buffer, offset: number): FrameKey => ({
  generatedAt: body.readDoubleBE(offset + 6),
  sequence: body.readUInt32BE(offset + 2),
});

export const frameEnd = (body: Buffer, offset: number): number =>
  offset + FRAME_HEADER_BYTES + body.readUInt16BE(offset);
