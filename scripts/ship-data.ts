import { type ShipCount, shipCounts } from './ship-counts.js';

/** Where `make run` and the ingestor's default put it. */
const INGESTOR_URL = process.env['INGESTOR_URL'] ?? 'http://127.0.0.1:8002';

const lineOf = ({ name, samples }: ShipCount): string => `${name}: ${samples}\n`;

try {
  for await (const ship of shipCounts(INGESTOR_URL)) process.stdout.write(lineOf(ship));
} catch (fault) {
  process.stderr.write(`${fault instanceof Error ? fault.message : String(fault)}\n`);
  process.exitCode = 1;
}
