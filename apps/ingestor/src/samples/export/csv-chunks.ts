import type { PacketField, PacketReader } from '../../packets/packet-reader.js';
import { InstantTexts } from '../instant-texts.js';
import type { Sample } from '../sample.js';
import { TextChunks } from './text-chunks.js';

const NEEDS_QUOTES = /[",\r\n]/;

/**
 * RFC 4180: `time`, then a column for each field of each battery, and a row for each time. A battery that
 * says something a second time at one and the same time begins another row, so that nothing is lost.
 * @param batteriesOf asked for once, after the first samples were read
 */
export async function* csvChunks(
  batches: AsyncIterable<readonly Sample[]>,
  fields: readonly PacketField[],
  batteriesOf: () => Promise<readonly number[]>,
): AsyncGenerator<Buffer, void, undefined> {
  const chunks = new TextChunks();
  let rows: CsvRows | null = null;
  for await (const samples of batches) {
    if (!rows) {
      rows = new CsvRows(fields, await batteriesOf());
      chunks.add(rows.header);
    }
    for (const sample of samples) {
      chunks.add(rows.add(sample));
      if (chunks.isFull) yield chunks.take();
    }
  }
  chunks.add(rows ? rows.end() : new CsvRows(fields, await batteriesOf()).header);
  yield chunks.take();
}

/** Rows of a table, of samples in order. */
export class CsvRows {
  readonly header: string;
  readonly #places = new Map<PacketReader, Int32Array>();
  readonly #firstColumns = new Map<number, number>();
  readonly #cells: string[];
  readonly #texts = new InstantTexts();
  readonly #spoken = new Set<number>();
  #at: number | null = null;

  constructor(
    private readonly fields: readonly PacketField[],
    batteries: readonly number[],
  ) {
    const names = batteries.flatMap((battery) => fields.map(({ name }) => `${battery}.${name}`));
    this.header = `${['time', ...names].join(',')}\r\n`;
    for (const [nr, battery] of batteries.entries())
      this.#firstColumns.set(battery, nr * fields.length);
    this.#cells = names.map(() => '');
  }

  /** The row before, if this sample begins a new one. */
  add({ packet, battery, reader, values }: Sample): string {
    const first = this.#firstColumns.get(battery);
    if (first === undefined) return '';
    const isSameRow = this.#at === packet.generatedAt && !this.#spoken.has(battery);
    const line = isSameRow ? '' : this.end();
    this.#at = packet.generatedAt;
    this.#spoken.add(battery);
    const places = this.#placesIn(reader);
    for (let nr = 0; nr < places.length; nr += 1)
      this.#cells[first + nr] = cellOf(values[places[nr]!] ?? null);
    return line;
  }

  /** The last row, if there is one. */
  end(): string {
    if (this.#at === null) return '';
    const line = `${this.#texts.of(this.#at)},${this.#cells.join(',')}\r\n`;
    this.#cells.fill('');
    this.#spoken.clear();
    return line;
  }

  /** Of each field, where its value is; −1 where the reader has no such field. */
  #placesIn(reader: PacketReader): Int32Array {
    const known = this.#places.get(reader);
    if (known) return known;
    const places = Int32Array.from(this.fields, ({ name }) =>
      reader.fields.findIndex((field) => field.name === name),
    );
    this.#places.set(reader, places);
    return places;
  }
}

function cellOf(value: number | string | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  return NEEDS_QUOTES.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
