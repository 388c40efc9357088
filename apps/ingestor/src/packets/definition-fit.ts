import {
  type FieldDefinition,
  FIELDS_MAX,
  maxRecordsOf,
  PACKET_BYTES_MAX,
  type PacketDefinition,
  PRIMARY_HEADER_BYTES,
  type RawValue,
  type RepeatDefinition,
  timeBytesOf,
  trailerBytesOf,
} from './packet-definition.js';
import { DATAGRAM_BYTES_MAX } from '../udp/datagram-batch.js';
import type { YamlSection } from './yaml-section.js';

/** Bytes of the extended count. */
const SEQUENCE_BYTES = 4;

/** What single keys cannot show: parts beyond the end, names twice, too much in all. */
export function tellWhatDoesNotFit(definition: PacketDefinition, section: YamlSection): void {
  tellNames(definition, section);
  tellShip(definition, section);
  tellTag(definition, section);
  const end = fixedEndOf(definition);
  if (end < PRIMARY_HEADER_BYTES) {
    return section.tell('length', 'leaves no room for the tag and the check sum');
  }
  tellParts(definition, section, end);
  if (definition.repeat) tellRepeat(definition, definition.repeat, section);
}

/** Where the data ends that are in every packet, in bytes: before the group, or before what is behind the data. */
function fixedEndOf(definition: PacketDefinition): number {
  const { bytes, repeat } = definition;
  return bytes === null ? (repeat?.at ?? 0) : bytes - trailerBytesOf(definition);
}

function tellNames({ fields, repeat }: PacketDefinition, section: YamlSection): void {
  const names = [...fields, ...(repeat?.fields ?? [])].map(({ name }) => name);
  if (names.length === 0)
    section.tell('fields', 'is missing; a packet without fields says nothing');
  if (names.length > FIELDS_MAX) section.tell('fields', `are more than ${FIELDS_MAX}`);
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  for (const name of new Set(twice)) section.tell('fields', `have the name "${name}" twice`);
}

/** An account has one sequence of numbers, and each APID has its own. */
function tellShip(definition: PacketDefinition, section: YamlSection): void {
  const { apids, foreign, bytes, repeat } = definition;
  if (!foreign) return;
  if (apids === 'any') section.tell('apids', 'must be named for a ship that is not ours');
  else if (apids.length > 1)
    section.tell(
      'apids',
      `must be one for a ship that is not ours, since packets are counted per APID; they are ${apids.length}`,
    );
  const group = repeat ? repeat.at + repeat.size * maxRecordsOf(repeat) : 0;
  const longest = bytes ?? group + trailerBytesOf(definition);
  if (longest > DATAGRAM_BYTES_MAX)
    section.tell(
      'ship',
      `sends packets of up to ${longest} bytes; ${DATAGRAM_BYTES_MAX} are received at most`,
    );
}

function tellTag({ tag, bytes }: PacketDefinition, section: YamlSection): void {
  if (tag?.isOptional && bytes !== null) {
    section.tell('tag', 'can be optional only where a repeated group makes the length');
  }
}

function tellParts(definition: PacketDefinition, section: YamlSection, end: number): void {
  const { time, sequenceAt, fields } = definition;
  const beyond = `ends behind byte ${end}, where the data that every packet has end`;
  if (time && time.at + timeBytesOf(time) > end) section.tell('time', beyond);
  if (sequenceAt !== null && sequenceAt + SEQUENCE_BYTES > end) section.tell('sequence', beyond);
  tellFields(fields, section, end, beyond);
}

function tellFields(
  fields: readonly FieldDefinition[],
  section: YamlSection,
  end: number,
  beyond: string,
): void {
  for (const { name, raw } of fields) {
    if (endOf(raw) > end) section.tell('fields', `have "${name}", which ${beyond}`);
  }
}

function tellRepeat(
  definition: PacketDefinition,
  repeat: RepeatDefinition,
  section: YamlSection,
): void {
  const { at, size, count, instance, fields } = repeat;
  const beyond = `ends behind byte ${size} of a record, where it ends`;
  tellFields(fields, section, size, beyond);
  if (instance && endOf(instance) > size) section.tell('repeat', `has an instance that ${beyond}`);
  if (typeof count !== 'number' && endOf(count.raw) > at) {
    section.tell('repeat', 'has a count that does not end before the group');
  }
  const room = (definition.bytes ?? PACKET_BYTES_MAX) - trailerBytesOf(definition);
  if (at + size * maxRecordsOf(repeat) > room) {
    section.tell('repeat', `does not fit: its last record ends behind byte ${room}`);
  }
}

const endOf = ({ atBit, bits }: RawValue): number => Math.ceil((atBit + bits) / 8);
