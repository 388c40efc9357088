import type { ColumnSource, SchemaElement } from 'hyparquet-writer';
import type { PacketField, PacketReader } from '../../packets/packet-reader.js';
import { RECEIVED_AT } from '../include-parameter.js';
import type { Sample } from '../sample.js';

type Cell = number | string | bigint | null;

interface Column {
  readonly element: SchemaElement;
  readonly encoding: ColumnSource['encoding'];
  /** @param place of the field in the sample */
  readonly valueOf: (sample: Sample, place: number) => Cell;
  readonly field: string | null;
}

const INSTANT = {
  type: 'INT64',
  converted_type: 'TIMESTAMP_MICROS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
} as const;
const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;

/** Rows of a Parquet file that are not written yet, column by column. */
export class ParquetColumns {
  readonly #columns: readonly Column[];
  readonly #places = new Map<PacketReader, Int32Array>();
  #cells: Cell[][] = [];
  #rowCount = 0;

  constructor(fields: readonly PacketField[], hasReceivedAt: boolean) {
    this.#columns = [
      required('generated_at', INSTANT, 'PLAIN', ({ packet }) => packet.generatedAt),
      required('contact_id', TEXT, undefined, ({ packet }) => packet.origin.contactId),
      required('sequence', { type: 'INT64' }, 'PLAIN', ({ packet }) => BigInt(packet.sequence)),
      required('battery', { type: 'INT32' }, undefined, ({ battery }) => battery),
      required('packet', TEXT, undefined, ({ reader }) => reader.name),
      ...fields.map(columnOfField),
      ...(hasReceivedAt ? [RECEIVED_AT_COLUMN] : []),
    ];
    this.#clear();
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  schema(): SchemaElement[] {
    const root = { name: 'sample', num_children: this.#columns.length };
    return [root, ...this.#columns.map(({ element }) => element)];
  }

  add(sample: Sample): void {
    const places = this.#placesIn(sample.reader);
    for (let nr = 0; nr < places.length; nr += 1)
      this.#cells[nr]!.push(this.#columns[nr]!.valueOf(sample, places[nr]!));
    this.#rowCount += 1;
  }

  /** All rows so far; then there are none. */
  take(): ColumnSource[] {
    const columns = this.#columns.map(({ element, encoding }, nr) => ({
      name: element.name,
      data: this.#cells[nr]!,
      ...(encoding === undefined ? {} : { encoding }),
      offsetIndex: false,
    }));
    this.#clear();
    return columns;
  }

  /** Of each column, where its value is in a sample; −1 where it is none of its values. */
  #placesIn(reader: PacketReader): Int32Array {
    const known = this.#places.get(reader);
    if (known) return known;
    const places = Int32Array.from(this.#columns, ({ field }) =>
      reader.fields.findIndex(({ name }) => name === field),
    );
    this.#places.set(reader, places);
    return places;
  }

  #clear(): void {
    this.#cells = this.#columns.map(() => []);
    this.#rowCount = 0;
  }
}

const required = (
  name: string,
  kind: Omit<SchemaElement, 'name'>,
  encoding: Column['encoding'],
  valueOf: Column['valueOf'],
): Column => ({
  element: { name, ...kind, repetition_type: 'REQUIRED' },
  encoding,
  valueOf,
  field: null,
});

/** Texts of a field are few, and a dictionary serves them well; numbers rarely repeat. */
const columnOfField = ({ name, type }: PacketField): Column => ({
  element: {
    name,
    ...(type === 'text' ? TEXT : { type: 'DOUBLE' }),
    repetition_type: 'OPTIONAL',
  },
  encoding: type === 'text' ? undefined : 'PLAIN',
  valueOf: ({ values }, place) => values[place] ?? null,
  field: name,
});

const RECEIVED_AT_COLUMN = required(
  RECEIVED_AT,
  INSTANT,
  'PLAIN',
  ({ packet }) => packet.receivedAt,
);
