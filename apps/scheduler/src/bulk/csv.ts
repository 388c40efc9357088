/** Of one record; nobody has so many columns. */
const FIELDS_MAX = 64;

/** Where a table cannot be read. */
export class CsvFault extends Error {
  override readonly name = 'CsvFault';
}

/**
 * The records of a CSV text as RFC 4180 has it: commas, fields in quotes where they hold commas, quotes
 * or ends of lines, CRLF or LF, the last one may be missing. Lines without a character are left
 * out. A generator: whoever has enough stops.
 * @throws {CsvFault}
 */
export function* recordsOf(text: string): Generator<string[]> {
  let record: string[] = [];
  let at = text.startsWith('\ufeff') ? 1 : 0;
  for (let number = 1; at < text.length || record.length > 0;) {
    const { field, end } = text[at] === '"' ? quoted(text, at, number) : plain(text, at, number);
    if (record.push(field) > FIELDS_MAX) throw fault(number, `it has over ${FIELDS_MAX} fields`);
    if (text[end] === ',') {
      at = end + 1;
      continue;
    }
    const isBlank = end === at && record.length === 1;
    if (!isBlank) yield record;
    number += 1;
    record = [];
    at = behindLine(text, end);
  }
}

interface Field {
  readonly field: string;
  /** Of the comma or the end of the line behind it. */
  readonly end: number;
}

const MARKS = /["\r\n,]/g;

function plain(text: string, start: number, record: number): Field {
  MARKS.lastIndex = start;
  const mark = MARKS.exec(text);
  const end = mark?.index ?? text.length;
  if (mark?.[0] === '"')
    throw fault(record, 'a quote stands within a field that does not begin with one');
  if (mark?.[0] === '\r' && text[end + 1] !== '\n') throw fault(record, 'a CR stands without a LF');
  return { field: text.slice(start, end), end };
}

function quoted(text: string, start: number, record: number): Field {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  if (end === -1) throw fault(record, 'a quote is not closed');
  const field = text.slice(start + 1, end).replaceAll('""', '"');
  const next = text.slice(end + 1, end + 3);
  if (next === '' || next.startsWith(',') || next.startsWith('\n') || next === '\r\n')
    return { field, end: end + 1 };
  throw fault(record, 'something stands behind a closing quote');
}

const behindLine = (text: string, end: number): number =>
  end + (text.startsWith('\r\n', end) ? 2 : 1);

const fault = (record: number, what: string): CsvFault => new CsvFault(`Record ${record}: ${what}`);
