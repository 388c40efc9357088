import { type ShipCount, shipCounts } from './ship-counts.js';
import { shipLists } from './ship-lists.js';

/** Where `make run` and the ingestor's default put it. */
const INGESTOR_URL = process.env['INGESTOR_URL'] || 'http://127.0.0.1:8002';
const REDIS_URL = process.env['REDIS_URL'];

const lineOf = ({ name, samples }: ShipCount): string => `${name}: ${samples}\n`;

// Who reads the lines may have enough of them before they end. Only here: a connection breaks alike.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) =>
  process.exit(code === 'EPIPE' ? 0 : 1),
);

try {
  const ships = REDIS_URL ? shipLists(REDIS_URL) : shipCounts(INGESTOR_URL);
  for await (const ship of ships) process.stdout.write(lineOf(ship));
} catch (fault) {
  process.stderr.write(`${fault instanceof Error ? fault.message : String(fault)}\n`);
  process.exitCode = 1;
}
