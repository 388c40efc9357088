import { HttpException } from '@nestjs/common';
import {
  BODY_BYTES_MAX,
  parseJson,
  UnreadableBodyException,
  ValidationException,
} from '#common/platform';
import { CsvFault, recordsOf } from './csv.js';
import { elementsOf } from './json-array.js';

export const BULK_ITEMS_MAX = 10_000;
/** Of a whole bulk; about 800 for each contact. */
export const BULK_BYTES_MAX = 8 * 1024 ** 2;

/** One booking of a bulk, not yet looked at. */
export interface BulkItem {
  /** @throws HttpException for what is no JSON, too deep or too large */
  body(): unknown;
}

export const BULK_TYPES = ['application/json', 'application/x-ndjson', 'text/csv'] as const;
export type BulkType = (typeof BULK_TYPES)[number];

/**
 * The bookings of a bulk, found but not read: one with too many is refused before any is.
 * @throws ValidationException for none, for a table that is none; UnreadableBodyException for what is no
 *   array; HttpException 413 for more than `BULK_ITEMS_MAX`
 */
export function readBulk(text: string, type: BulkType): BulkItem[] {
  const items = READERS[type](text);
  if (items.length === 0) throw refusal('The bulk has no contact');
  return items;
}

const READERS: Readonly<Record<BulkType, (text: string) => BulkItem[]>> = {
  'application/json': itemsOfArray,
  'application/x-ndjson': itemsOfLines,
  'text/csv': itemsOfTable,
};

function itemsOfArray(text: string): BulkItem[] {
  const elements = elementsOf(text, BULK_ITEMS_MAX);
  if (elements === null)
    throw new UnreadableBodyException('The bulk is no JSON array.', 'BODY_NOT_JSON', text);
  if (elements.length > BULK_ITEMS_MAX) throw tooMany();
  return elements.map(itemOf);
}

/** Without those that are just space. */
const LINES = /[^\s][^\n]*/g;

function itemsOfLines(text: string): BulkItem[] {
  const lines: string[] = [];
  for (const [line] of text.matchAll(LINES)) {
    if (lines.length === BULK_ITEMS_MAX) throw tooMany();
    lines.push(line);
  }
  return lines.map(itemOf);
}

const itemOf = (text: string): BulkItem => ({
  body: () => {
    if (Buffer.byteLength(text) > BODY_BYTES_MAX) throw itemTooLarge();
    const value = parseJson(text);
    // Between two commas there has to be something.
    if (value !== undefined) return value;
    throw new UnreadableBodyException('The item is not JSON.', 'BODY_NOT_JSON', text);
  },
});

/** A column for each field of a booking; the wish for the stream is JSON in its cell. */
const COLUMNS = [
  'ship_name',
  'start_time',
  'duration',
  'antenna',
  'priority',
  'channel',
  'stream',
] as const;

function itemsOfTable(text: string): BulkItem[] {
  try {
    const [names = [], ...rows] = recordsUpTo(text, BULK_ITEMS_MAX + 1);
    refuseHeader(names);
    return rows.map((cells) => ({ body: () => bookingOf(names, cells) }));
  } catch (fault) {
    throw fault instanceof CsvFault ? refusal(`The table cannot be read. ${fault.message}`) : fault;
  }
}

function recordsUpTo(text: string, countMax: number): string[][] {
  const records: string[][] = [];
  for (const record of recordsOf(text)) {
    if (records.length === countMax) throw tooMany();
    records.push(record);
  }
  return records;
}

function refuseHeader(names: readonly string[]): void {
  const known: readonly string[] = COLUMNS;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const message = `Its first row must name columns out of ${known.join(', ')}`;
    throw new ValidationException(unknown.map((name) => ({ field: name, message })));
  }
  if (new Set(names).size < names.length) throw refusal('The first row names a column twice');
}

/** An empty cell is a field that is not given. */
function bookingOf(names: readonly string[], cells: readonly string[]): unknown {
  if (cells.length !== names.length)
    throw refusal(`The row has ${cells.length} cells, the first one ${names.length}`);
  const given = names.flatMap((name, at) => {
    const cell = cells[at]!;
    return cell === '' ? [] : [[name, valueOf(name, cell)] as const];
  });
  return Object.fromEntries(given);
}

function valueOf(name: string, cell: string): unknown {
  if (name === 'priority' && /^-?\d{1,9}$/.test(cell)) return Number(cell);
  return name === 'stream' ? itemOf(cell).body() : cell;
}

const refusal = (message: string): ValidationException =>
  new ValidationException([{ field: 'body', message }]);

const tooMany = (): HttpException =>
  tooLarge(`A bulk has at most ${BULK_ITEMS_MAX} contacts; send several.`);

const itemTooLarge = (): HttpException =>
  tooLarge(`One contact of a bulk has at most ${BODY_BYTES_MAX} bytes.`);

const tooLarge = (message: string): HttpException =>
  new HttpException(message, 413, { errorCode: 'BODY_TOO_LARGE' });
