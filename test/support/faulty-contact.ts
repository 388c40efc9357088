import type { ContactReport } from '#common/contracts';
import { opening } from './ingestor.js';
import type { IngestorUnderTest } from './ingestor-under-test.js';
import type { FakeShip } from './ship.js';
import { tellingPacket } from './telling-packet.js';

/** Longer than any test. */
const CONTACT_SECONDS = 600;
export const LAST = 150;

const isIn = (from: number, to: number) => (number: number) => number >= from && number <= to;
const LOST = [isIn(7, 7), isIn(20, 24), isIn(149, LAST)];
const DAMAGED = isIn(60, 60);
const SENT = Array.from({ length: LAST }, (_, at) => at + 1);
/** The numbers that came whole. */
export const GOOD = SENT.filter((nr) => ![...LOST, DAMAGED].some((lacks) => lacks(nr)));

/** A contact with losses, damage, duplicates and packets that overtook others, to its end. */
export async function faultyContact(
  ingestor: IngestorUnderTest,
  ship: FakeShip,
  shipName: string,
): Promise<ContactReport> {
  const command = opening(CONTACT_SECONDS, { format: 'ccsds' }, { ship_name: shipName });
  const stream = await ingestor.begin(ship, command);
  const order = [...GOOD.slice(0, 30), ...GOOD.slice(40, 50), ...GOOD.slice(30, 40)];
  const numbers = [...order, ...GOOD.slice(45, 55), ...GOOD.slice(50)];
  const damaged = tellingPacket(stream, 60);
  damaged[22]! ^= 0x10;
  for (const nr of numbers) await ship.send(stream, [tellingPacket(stream, nr)]);
  await ship.send(stream, [damaged]);
  return ingestor.end(command, stream, LAST);
}
