import { encodeBatteryPacket } from '#common/contracts';
import { MICROS_PER_MILLISECOND } from '#common/domain';
import type { TakenPacket } from '../sample-feed.js';

export const START_MS = Date.UTC(2030, 0, 1);

export interface GivenTaken {
  readonly ship?: string;
  readonly contactId?: string;
  readonly atMs?: number;
  readonly batteries?: readonly number[];
}

/** A battery packet of the number, 10 ms after the one before; its volts are the number. */
export function taken(
  sequence: number,
  { ship = 'A', contactId = `contact of ${ship}`, atMs, batteries = [0] }: GivenTaken = {},
): TakenPacket {
  const generatedAtMs = atMs ?? START_MS + 10 * sequence;
  const records = batteries.map((battery) => ({
    battery,
    mode: 'idle' as const,
    volts: sequence,
    amperes: 0,
    celsius: 20,
    charge: 50,
  }));
  return {
    shipId: 1,
    shipName: ship,
    contactId,
    definition: 'battery',
    sequence,
    generatedAt: generatedAtMs * MICROS_PER_MILLISECOND,
    receivedAt: (generatedAtMs + 3) * MICROS_PER_MILLISECOND,
    packet: encodeBatteryPacket({ apid: 1, sequence, generatedAtMs, records }),
  };
}
