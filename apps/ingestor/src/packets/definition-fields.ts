import {
  type CountDefinition,
  type FieldDefinition,
  FIELDS_MAX,
  INSTANCE_BITS_MAX,
  PACKET_BYTES_MAX,
  PRIMARY_HEADER_BYTES,
  type RawValue,
  RECORDS_MAX,
  type RepeatDefinition,
} from './packet-definition.js';
import type { YamlSection } from './yaml-section.js';

const INTEGER_TYPE = /^(u?int)([1-9]|[1-5][0-9]|6[0-4])$/;
const FLOAT_TYPE = /^float(32|64)$/;
const TYPE = /^(u?int([1-9]|[1-5][0-9]|6[0-4])|float(32|64))$/;
const TYPE_WORDS = 'uint1 to uint64, int1 to int64, float32 or float64';

const FIELD_NAME = /^[a-z][a-z0-9_]{0,47}$/;
/** Names that a sample has already. */
const TAKEN_NAMES: ReadonlySet<string> = new Set([
  'battery',
  'time',
  'sequence',
  'contact',
  'contact_id',
  'packet',
  'generated_at',
  'received_at',
]);
const UNIT = /^\S(.{0,14}\S)?$/u;
const VALUE_TEXT = /^\S(.{0,62}\S)?$/u;
const VALUE_TEXTS_MAX = 256;

export function readFields(section: YamlSection): readonly FieldDefinition[] {
  if (!section.has('fields')) return [];
  return section.sections('fields', FIELDS_MAX).map(readField);
}

function readField(section: YamlSection): FieldDefinition {
  const name = section.text('name', FIELD_NAME, 'a name of a to z, 0 to 9 and _, at most 48');
  if (TAKEN_NAMES.has(name)) section.tell('name', `is taken: a sample has a ${name} already`);
  const raw = readRaw(section);
  const isText = section.has('texts');
  const field: FieldDefinition = {
    name,
    raw,
    unit: section.has('unit') ? section.text('unit', UNIT, 'a text of 1 to 16') : null,
    scale: section.finite('scale', 1),
    offset: section.finite('offset', 0),
    valid: section.has('valid') ? readValid(section) : null,
    texts: isText ? readTexts(section.section('texts')) : null,
  };
  if (isText) tellWhatTextsHaveNot(section, raw);
  section.end();
  return field;
}

function tellWhatTextsHaveNot(section: YamlSection, raw: RawValue): void {
  for (const key of ['unit', 'scale', 'offset', 'valid']) {
    if (section.has(key)) section.tell(key, 'has no meaning where there are texts');
  }
  if (raw.kind === 'float') section.tell('type', 'must be whole where there are texts');
}

function readRaw(section: YamlSection): RawValue {
  const at = section.whole('at', { min: 0, max: PACKET_BYTES_MAX });
  const bit = section.whole('bit', { min: 0, max: 7 }, 0);
  const type = section.text('type', TYPE, TYPE_WORDS);
  const isLittleEndian = section.choice('order', ['big', 'little'], 'big') === 'little';
  const raw = { atBit: at * 8 + bit, isLittleEndian, ...readType(type) };
  if (isLittleEndian && (bit !== 0 || raw.bits % 8 !== 0)) {
    section.tell('order', 'can be little for whole bytes only');
  }
  if (raw.kind === 'float' && bit !== 0) section.tell('bit', 'must be 0 for a float');
  return raw;
}

function readType(type: string): Pick<RawValue, 'kind' | 'bits'> {
  const float = FLOAT_TYPE.exec(type);
  if (float) return { kind: 'float', bits: Number(float[1]) };
  const integer = INTEGER_TYPE.exec(type);
  return { kind: integer?.[1] === 'int' ? 'int' : 'uint', bits: Number(integer?.[2] ?? 8) };
}

function readValid(section: YamlSection): readonly [number, number] | null {
  const isNumber = (value: unknown): value is number =>
    typeof value === 'number' && Number.isFinite(value);
  const [min, max, ...more] = section.list('valid', 2, isNumber, 'a number');
  if (min !== undefined && max !== undefined && more.length === 0 && min <= max) return [min, max];
  section.tell('valid', 'must be two numbers, the lower one first');
  return null;
}

function readTexts(section: YamlSection): ReadonlyMap<number, string> {
  const texts = new Map<number, string>();
  const keys = section.keys();
  if (keys.length < 1 || keys.length > VALUE_TEXTS_MAX) {
    section.tell('', `must have 1 to ${VALUE_TEXTS_MAX} texts; it has ${keys.length}`);
    return texts;
  }
  for (const key of keys) {
    const text = section.text(key, VALUE_TEXT, 'a text of 1 to 64');
    const value = Number(key);
    if (Number.isSafeInteger(value)) texts.set(value, text);
    else section.tell(key, 'must be a whole number: the raw value that the text stands for');
  }
  return texts;
}

export function readRepeat(packet: YamlSection): RepeatDefinition | null {
  if (!packet.has('repeat')) return null;
  const section = packet.section('repeat');
  const repeat: RepeatDefinition = {
    at: section.whole('at', { min: PRIMARY_HEADER_BYTES, max: PACKET_BYTES_MAX }),
    size: section.whole('size', { min: 1, max: PACKET_BYTES_MAX }),
    count: section.isSection('count')
      ? readCount(section.section('count'))
      : section.whole('count', { min: 1, max: RECORDS_MAX }),
    instance: section.has('instance') ? readInstance(section.section('instance')) : null,
    fields: readFields(section),
  };
  if (repeat.fields.length === 0) section.tell('fields', 'is missing; a group without is no group');
  section.end();
  return repeat;
}

function readCount(section: YamlSection): CountDefinition {
  const raw = readRaw(section);
  const min = section.whole('min', { min: 0, max: RECORDS_MAX }, 0);
  const max = section.whole('max', { min: 1, max: RECORDS_MAX });
  if (min > max) section.tell('min', 'must not be above max');
  if (raw.kind !== 'uint') section.tell('type', 'of a count must be uint');
  section.end();
  return { raw, min, max };
}

function readInstance(section: YamlSection): RawValue {
  const raw = readRaw(section);
  if (raw.kind !== 'uint' || raw.bits > INSTANCE_BITS_MAX) {
    section.tell('type', `of an instance must be uint1 to uint${INSTANCE_BITS_MAX}`);
  }
  section.end();
  return raw;
}
