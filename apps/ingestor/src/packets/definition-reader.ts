import { isIP, SocketAddress } from 'node:net';
import { isAlias, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { APID_MAX, APID_MIN } from '#common/contracts';
import { readFields, readRepeat } from './definition-fields.js';
import { tellWhatDoesNotFit } from './definition-fit.js';
import { readTime } from './definition-time.js';
import {
  type ForeignShip,
  PACKET_BYTES_MAX,
  type PacketDefinition,
  PRIMARY_HEADER_BYTES,
  TAG_BYTES_MAX,
  type TagDefinition,
} from './packet-definition.js';
import { type DefinitionFaults, YamlSection, type YamlSource } from './yaml-section.js';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const NAME_LENGTH_MAX = 64;
const TITLE = /^\S(.{0,126}\S)?$/u;
/** As long as a booking takes it. */
const SHIP = /^.{1,128}$/u;
const FROM_MAX = 16;
const APID_RANGES_MAX = 256;
const APIDS = { min: APID_MIN, max: APID_MAX };

/**
 * Reads the text of one definition file. All its faults are told, each in a sentence with the file, the line and
 * the path of the key; then there is no definition, which is null.
 */
export function readDefinition(
  file: string,
  text: string,
  faults: DefinitionFaults,
): PacketDefinition | null {
  const before = faults.count;
  const source: YamlSource = { file, lines: new LineCounter(), faults };
  const root = parse(text, source);
  if (faults.count > before) return null;

  const section = new YamlSection(source, root, '');
  const definition = readPacket(section);
  section.end();
  // A definition that is half a guess would not fit in ways that nobody wrote.
  if (faults.count === before) tellWhatDoesNotFit(definition, section);
  return faults.count === before ? definition : null;
}

function parse(text: string, { file, lines, faults }: YamlSource): Node | null {
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  for (const { message, pos } of [...document.errors, ...document.warnings]) {
    faults.tell(`${file}, line ${lines.linePos(pos[0]).line}: is not YAML: ${message}`);
  }
  visit(document, (_key, node) => {
    if (!isAlias(node)) return;
    const { line } = lines.linePos(node.range?.[0] ?? 0);
    faults.tell(`${file}, line ${line}: aliases (*${node.source}) are not read here`);
  });
  return document.contents;
}

function readPacket(section: YamlSection): PacketDefinition {
  return {
    name: readName(section),
    title: section.text('title', TITLE, 'a text of 1 to 128'),
    apids: readApids(section),
    bytes: readBytes(section),
    hasSecondaryHeader: section.flag('secondary_header'),
    isSegmentAllowed: section.choice('sequence_flags', FLAGS, 'unsegmented') === 'any',
    time: readTime(section),
    sequenceAt: readSequenceAt(section),
    fields: readFields(section),
    repeat: readRepeat(section),
    tag: section.has('tag') ? readTag(section.section('tag')) : null,
    hasChecksum: section.choice('checksum', ['crc-16', 'none']) === 'crc-16',
    invalid: section.choice('invalid', ['fault', 'empty'], 'fault'),
    foreign: readForeign(section),
  };
}

const FLAGS = ['unsegmented', 'any'] as const;

function readName(section: YamlSection): string {
  const name = section.text('name', NAME, 'words of a to z and 0 to 9 with - between them');
  if (name.length > NAME_LENGTH_MAX) section.tell('name', `is longer than ${NAME_LENGTH_MAX}`);
  return name;
}

/** Without a length, a repeated group makes it. */
function readBytes(section: YamlSection): number | null {
  if (section.has('repeat') && !section.has('length')) return null;
  return section.whole('length', { min: PRIMARY_HEADER_BYTES + 1, max: PACKET_BYTES_MAX });
}

function readSequenceAt(section: YamlSection): number | null {
  if (!section.isSection('sequence')) {
    section.plain('sequence', (value) => value === 'header', 'header, or a section with at');
    return null;
  }
  const sequence = section.section('sequence');
  const at = sequence.whole('at', { min: PRIMARY_HEADER_BYTES, max: PACKET_BYTES_MAX });
  sequence.end();
  return at;
}

function readTag(section: YamlSection): TagDefinition {
  const tag = {
    bytes: section.whole('bytes', { min: 1, max: TAG_BYTES_MAX }),
    isOptional: section.choice('presence', ['always', 'optional'], 'always') === 'optional',
  };
  section.end();
  return tag;
}

/** `any`, one, or a list of numbers and ranges such as `100-103`. */
function readApids(section: YamlSection): readonly number[] | 'any' {
  const what = `any, an APID from ${APID_MIN} to ${APID_MAX}, or a range such as 100-103`;
  const isApids = (value: unknown): value is string | number => rangeOf(value) !== null;
  if (!section.isList('apids')) {
    const given = section.plain('apids', (v) => v === 'any' || isApids(v), what);
    return given === 'any' || given === undefined ? 'any' : apidsOf([given]);
  }
  return apidsOf(section.list('apids', APID_RANGES_MAX, isApids, what.slice('any, '.length)));
}

const apidsOf = (given: readonly unknown[]): readonly number[] => {
  const apids = new Set<number>();
  for (const [first, last] of given.map((value) => rangeOf(value) ?? [0, -1])) {
    for (let apid = first; apid <= last; apid += 1) apids.add(apid);
  }
  return [...apids].toSorted((a, b) => a - b);
};

function rangeOf(value: unknown): readonly [number, number] | null {
  const parts = typeof value === 'string' ? /^(\d{1,4})-(\d{1,4})$/.exec(value) : null;
  const first = Number(parts?.[1] ?? value);
  const last = Number(parts?.[2] ?? value);
  const isKnown = parts !== null || typeof value === 'number';
  const isRange = Number.isInteger(first) && Number.isInteger(last) && first <= last;
  return isKnown && isRange && first >= APIDS.min && last <= APIDS.max ? [first, last] : null;
}

/** An IPv6 address can be written in many ways; a socket has one. */
const asReceived = (address: string): string =>
  isIP(address) === 6 ? new SocketAddress({ address, family: 'ipv6' }).address : address;

function readForeign(section: YamlSection): ForeignShip | null {
  if (!section.has('ship') && !section.has('from')) return null;
  const isAddress = (value: unknown): value is string =>
    typeof value === 'string' && isIP(value) !== 0;
  return {
    ship: section.text('ship', SHIP, 'the name of a ship as it is booked, 1 to 128 long'),
    from: section.list('from', FROM_MAX, isAddress, 'an IPv4 or IPv6 address').map(asReceived),
  };
}
