import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definitionOf, faultsOf, ownFile } from './testing/own-definitions.js';

const GOOD = `name: thing
title: A thing
apids: 7
length: 20
secondary_header: false
time: none
sequence: header
checksum: none
fields:
  - { name: volts, at: 6, type: float32, unit: V }
  - { name: mode, at: 10, type: uint8, texts: { 0: off, 1: on } }
`;
const GROUP = `repeat:
  at: 12
  size: 2
  count: { at: 11, type: uint8, max: 4 }
  fields: [{ name: cell, at: 0, type: uint8 }]
`;

const SAMPLE_NAMES = ['contact_id', 'packet', 'generated_at', 'received_at'];

/** The good text with one line changed. */
const withLine = (from: string, to: string): string => {
  expect(GOOD).toContain(from);
  return GOOD.replace(from, to);
};

describe('a definition', () => {
  it('says what it says', () => {
    expect(definitionOf(GOOD)).toMatchObject({
      name: 'thing',
      apids: [7],
      bytes: 20,
      foreign: null,
      invalid: 'fault',
      repeat: null,
    });
  });

  it.each([
    ['any', 'any'],
    ['[1, 5-7, 6, 2046]', [1, 5, 6, 7, 2046]],
    ['100-102', [100, 101, 102]],
  ])('has the APIDs %s', (apids, expected) => {
    expect(definitionOf(withLine('apids: 7', `apids: ${apids}`)).apids).toEqual(expected);
  });

  it.each(['battery', 'time', 'sequence', 'contact'].concat(SAMPLE_NAMES))(
    'has no field of the name %s, which a sample has already',
    (name) => {
      expect(faultsOf(withLine('name: volts', `name: ${name}`))).toEqual([
        expect.stringContaining(`a sample has a ${name} already`),
      ]);
    },
  );

  it.each([
    ['several APIDs', ['apids: 7', 'apids: 7-8'], 'apids must be one for a ship that is not ours'],
    ['any APID', ['apids: 7', 'apids: any'], 'apids must be named for a ship that is not ours'],
    [
      'packets longer than a datagram that is kept',
      ['length: 20', 'length: 2049'],
      'ship sends packets of up to 2049 bytes; 2048 are received at most',
    ],
  ] as const)('of a foreign ship has not %s', (_what, [from, to], sentence) => {
    const text = `${withLine(from, to)}ship: Thing One\nfrom: [192.0.2.7]\n`;

    expect(faultsOf(text)).toEqual([expect.stringContaining(sentence)]);
    expect(faultsOf(text.replace(to, from))).toEqual([]);
  });

  it('has the addresses of a foreign ship as a socket writes them', () => {
    const foreign = 'ship: Thing One\nfrom: [192.0.2.7, "2001:DB8:0::07"]\n';

    expect(definitionOf(GOOD + foreign).foreign?.from).toEqual(['192.0.2.7', '2001:db8::7']);
  });

  it('is as the example of the documentation shows', () => {
    const [, example = ''] =
      /```yaml\n([^]*?)```/.exec(readFileSync('docs/packets.md', 'utf8')) ?? [];
    expect(definitionOf(example)).toMatchObject({ name: 'cubesat-power', bytes: 18 });
  });

  it('of our own folder has no fault', () => {
    expect(definitionOf(ownFile('battery.yml'))).toMatchObject({ name: 'battery', apids: 'any' });
    expect(definitionOf(ownFile('yamcs-quickstart.yml'))).toMatchObject({
      apids: [100],
      foreign: { ship: 'Yamcs quickstart', from: ['127.0.0.1'] },
    });
  });

  it.each([
    ['name: thing', 'name: A Thing', 'line 1: name must be words of a to z'],
    ['title: A thing\n', '', 'line 1: title is missing; it must be a text of 1 to 128'],
    ['apids: 7', 'apids: 0', 'line 3: apids must be any, an APID from 1 to 2046'],
    ['apids: 7', 'apids: 2047', 'it is "2047"'],
    ['apids: 7', 'apids: 9-8', 'it is "9-8"'],
    ['apids: 7', 'apids: [7, x]', 'line 3: apids[1] must be an APID'],
    ['apids: 7', 'apids: []', 'apids must be a list of 1 to 256; it has 0'],
    ['length: 20', 'length: 65508', 'line 4: length must be a whole number from 7 to 65507'],
    ['length: 20\n', '', 'length is missing'],
    ['length: 20', 'length: 6', 'line 4: length must be a whole number from 7'],
    ['secondary_header: false', 'secondary_header: maybe', 'must be true or false; it is "maybe"'],
    ['time: none', 'time: now', 'line 6: time must be none, or a section'],
    ['time: none', 'time: { at: 3, form: unix-ms }', 'time.at must be a whole number from 6'],
    ['time: none', 'time: { at: 16, form: unix-ms }', 'time ends behind byte 20'],
    ['time: none', 'time: { at: 6, form: cuc, coarse_bytes: 7, fine_bytes: 0 }', 'coarse_bytes'],
    [
      'time: none',
      'time: { at: 6, form: cds, day_bytes: 2, submillisecond_bytes: 3 }',
      '0, 2 or 4',
    ],
    [
      'time: none',
      'time: { at: 6, form: cds, day_bytes: 2, epoch: yesterday }',
      'time.epoch must be',
    ],
    ['sequence: header', 'sequence: { at: 17 }', 'sequence ends behind byte 20'],
    ['checksum: none', 'checksum: crc-32', 'checksum must be crc-16 or none; it is "crc-32"'],
    ['unit: V', 'unt: V', 'line 10: fields[0].unt is not a key that belongs here'],
    ['name: volts', 'name: mode', 'have the name "mode" twice'],
    ['name: volts', 'name: battery', 'is taken: a sample has a battery already'],
    ['name: volts', 'name: Volts', 'fields[0].name must be a name of a to z'],
    ['type: float32', 'type: float16', 'fields[0].type must be uint1 to uint64'],
    ['type: float32', 'type: uint65', 'it is "uint65"'],
    ['type: float32', 'type: float32, bit: 1', 'bit must be 0 for a float'],
    ['type: float32', 'type: uint12, order: little', 'can be little for whole bytes only'],
    ['type: float32', 'type: float32, valid: [2, 1]', 'valid must be two numbers'],
    ['type: float32', 'type: float32, scale: .nan', 'scale must be a number'],
    ['at: 6', 'at: 17', 'fields have "volts", which ends behind byte 20'],
    ['type: uint8,', 'type: uint8, scale: 2,', 'scale has no meaning where there are texts'],
    ['type: uint8,', 'type: float32,', 'type must be whole where there are texts'],
    ['0: off', 'x: off', 'texts.x must be a whole number'],
    ['{ 0: off, 1: on }', '{}', 'must have 1 to 256 texts; it has 0'],
    ['checksum: none', 'checksum: none\ntag: { bytes: 99 }', 'tag.bytes must be'],
    ['checksum: none', 'checksum: none\ntag: { bytes: 15 }', 'length leaves no room'],
    [
      'checksum: none',
      'checksum: none\ntag: { bytes: 2, presence: optional }',
      'can be optional only',
    ],
    ['checksum: none', 'checksum: none\nship: X', 'from must be a list of 1 to 16'],
    ['checksum: none', 'checksum: none\nfrom: [127.0.0.1]', 'ship is missing'],
    ['checksum: none', 'checksum: none\nship: X\nfrom: [host.example]', 'from[0] must be an IPv4'],
    ['apids: 7', 'apids: any\nship: X\nfrom: [::1]', 'apids must be named for a ship'],
    ['title: A thing', 'title: &t A thing\nunit: *t', 'line 3: aliases (*t) are not read here'],
    ['title: A thing', 'title: [A thing', 'is not YAML'],
    ['apids: 7', 'apids: 7\napids: 8', 'line 4: is not YAML: Map keys must be unique'],
  ])('is refused with "%s" → "%s"', (from, to, sentence) => {
    const faults = faultsOf(withLine(from, to));
    expect(faults.join('\n')).toContain(sentence);
    expect(faults.every((fault) => /^test\.yml, line \d+: /.test(fault))).toBe(true);
  });

  it.each([
    ['at: 12', 'at: 11', 'has a count that does not end before the group'],
    ['size: 2', 'size: 0', 'repeat.size must be'],
    ['max: 4', 'max: 257', 'repeat.count.max must be a whole number from 1 to 256'],
    ['max: 4', 'max: 4, min: 5', 'min must not be above max'],
    ['type: uint8, max', 'type: int8, max', 'of a count must be uint'],
    ['max: 4', 'max: 5', 'repeat does not fit: its last record ends behind byte 20'],
    ['at: 0,', 'at: 2,', 'which ends behind byte 2 of a record'],
    [
      'size: 2',
      'size: 2\n  instance: { at: 0, type: uint16 }',
      'of an instance must be uint1 to uint8',
    ],
    ['name: cell', 'name: mode', 'have the name "mode" twice'],
  ])('is refused with a group where "%s" → "%s"', (from, to, sentence) => {
    expect(GROUP).toContain(from);
    expect(faultsOf(GOOD + GROUP)).toEqual([]);
    expect(faultsOf(GOOD + GROUP.replace(from, to)).join('\n')).toContain(sentence);
  });

  it('is told all its faults at once', () => {
    const text = GOOD.replace('apids: 7', 'apids: 0').replace('unit: V', 'unit: 5, x: y');
    expect(faultsOf(text)).toHaveLength(3);
  });

  it.each(['', '- a', 'text', '{}', 'null', '"', '\t', '? [a]\n: b'])('is none: %j', (text) => {
    expect(faultsOf(text).length).toBeGreaterThan(0);
  });

  it('is read or refused, whatever the text', () => {
    const line = fc.constantFrom(...GOOD.split('\n'), ...GROUP.split('\n'));
    const noise = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(
      fc.property(fc.array(fc.oneof(line, noise), { maxLength: 25 }), (lines) => {
        const text = lines.join('\n');
        const isGood = faultsOf(text).length === 0;
        expect(isGood ? definitionOf(text).name : 'thing').toBe('thing');
      }),
      { numRuns: 500 },
    );
  });

  it('does not tell more faults than anyone reads', () => {
    const fields = Array.from({ length: 300 }, () => '  - { name: X }').join('\n');
    const faults = faultsOf(GOOD + fields);
    expect(faults.length).toBe(101);
    expect(faults.at(-1)).toMatch(/^and \d+ more faults$/);
  });
});
