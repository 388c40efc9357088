import { isUUID } from 'class-validator';
import { decodeCursor, encodeCursor } from '#common/platform';
import { type ArchivedPacket, type PacketPosition, positionOf } from './packet-order.js';

/** The place of a sample: that of its packet, and among those of it. */
export interface SamplePosition extends PacketPosition {
  readonly index: number;
}

/** No packet has so many samples. */
export const BEHIND_ALL = 0xffff;

/** @param index of the last sample that was seen; `BEHIND_ALL` for the whole packet */
export function cursorOf(packet: ArchivedPacket, index: number): string {
  const { generatedAt, contactId, fence, sequence } = positionOf(packet);
  return encodeCursor([generatedAt, contactId, fence, sequence, index]);
}

/** @throws {ValidationException} */
export function positionIn(cursor: string): SamplePosition {
  const [generatedAt, contactId, fence, sequence, index] = decodeCursor(cursor, isPosition);
  return { generatedAt, contactId, fence, sequence, index };
}

const isPosition = (
  value: readonly unknown[],
): value is readonly [number, string, number, number, number] =>
  value.length === 5 &&
  Number.isSafeInteger(value[0]) &&
  isUUID(value[1]) &&
  isCount(value[2], Number.MAX_SAFE_INTEGER) &&
  isCount(value[3], Number.MAX_SAFE_INTEGER) &&
  isCount(value[4], BEHIND_ALL);

const isCount = (value: unknown, max: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
