import type { FieldDefinition, PacketDefinition } from './packet-definition.js';
import type { PacketField } from './packet-reader.js';
import { type RawReader, rawReaderOf } from './raw-values.js';

export type FieldValue = number | string | null;

/** A column of a packet, ready to be read. The bytes must be there. */
export interface FieldReader extends PacketField {
  /** Null for a value that cannot be. */
  readonly value: (bytes: Buffer, offset: number) => FieldValue;
  /** Why a value is null. */
  readonly faultOf: (bytes: Buffer, offset: number) => string;
  /** Some bits of it are no value. */
  readonly canFail: boolean;
}

export function fieldReaderOf(field: FieldDefinition): FieldReader {
  const raw = rawReaderOf(field.raw);
  return field.texts ? textReader(field, raw, field.texts) : numberReader(field, raw);
}

function textReader(
  { name }: FieldDefinition,
  raw: RawReader,
  texts: ReadonlyMap<number, string>,
): FieldReader {
  const reason = `unknown-${name.replaceAll('_', '-')}`;
  return {
    name,
    unit: null,
    type: 'text',
    canFail: true,
    value: textOf(raw, texts),
    faultOf: () => reason,
  };
}

/** Codes of one byte are looked up in a list, which is quicker. */
function textOf(raw: RawReader, texts: ReadonlyMap<number, string>): FieldReader['value'] {
  if ([...texts.keys()].some((code) => code < 0 || code > 255)) {
    return (bytes, offset) => texts.get(raw(bytes, offset)) ?? null;
  }
  const list = Array.from({ length: 256 }, (_, code) => texts.get(code) ?? null);
  return (bytes, offset) => list[raw(bytes, offset)] ?? null;
}

function numberReader(field: FieldDefinition, raw: RawReader): FieldReader {
  const { name, unit, valid, scale, offset: shift } = field;
  const [min, max] = valid ?? [-Number.MAX_VALUE, Number.MAX_VALUE];
  const isCalibrated = scale !== 1 || shift !== 0;
  const number: RawReader = isCalibrated ? (b, at) => raw(b, at) * scale + shift : raw;
  return {
    name,
    unit,
    type: 'number',
    canFail: field.raw.kind === 'float' || valid !== null || isCalibrated,
    value: (bytes, offset) => {
      const value = number(bytes, offset);
      // What is not a number is not above the lowest one either.
      return value >= min && value <= max ? value : null;
    },
    faultOf: (bytes, offset) =>
      Number.isFinite(number(bytes, offset)) ? 'value-out-of-range' : 'value-not-finite',
  };
}

/** The columns of a sample: those that the packet has once, then those of the group. */
export const columnsOf = ({ fields, repeat }: PacketDefinition): readonly PacketField[] =>
  [...fields, ...(repeat?.fields ?? [])].map(({ name, unit, texts }) => ({
    name,
    unit,
    type: texts ? 'text' : 'number',
  }));
