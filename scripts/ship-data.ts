import { pipeline } from 'node:stream/promises';
import { type ShipCount, shipCounts } from './ship-counts.js';
import { shipLists } from './ship-lists.js';

/** Where `make run` and the ingestor's default put it. */
const INGESTOR_URL = process.env['INGESTOR_URL'] || 'http://127.0.0.1:8002';
const REDIS_URL = process.env['REDIS_URL'];

async function* linesOf(ships: AsyncIterable<ShipCount>): AsyncGenerator<string> {
  for await (const { name, samples } of ships) yield `${name}: ${samples}\n`;
}

try {
  const ships = REDIS_URL ? shipLists(REDIS_URL) : shipCounts(INGESTOR_URL);
  await pipeline(linesOf(ships), process.stdout, { end: false });
} catch (fault) {
  // Who reads the lines may have enough of them before they end.
  if ((fault as NodeJS.ErrnoException).code !== 'EPIPE') {
    process.stderr.write(`${fault instanceof Error ? fault.message : String(fault)}\n`);
    process.exitCode = 1;
  }
}
