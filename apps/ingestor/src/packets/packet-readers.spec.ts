import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBatteryText } from '#common/contracts';
import { ConfigError } from '#common/platform';
import { ownPacketsFolder, readPacketReaders } from './packet-readers.js';
import { ownFile } from './testing/own-definitions.js';

const THING = `name: thing
title: A thing
apids: [7, 8]
length: 20
secondary_header: false
time: none
sequence: header
checksum: none
fields: [{ name: volts, at: 6, type: float32 }]
`;
const ONE_APID = THING.replace('[7, 8]', '7');
const SHIP = 'ship: Thing One\nfrom: [192.0.2.7]\n';

describe('the readers of packets', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'packets-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const faultsOf = (): string => {
    try {
      readPacketReaders(folder);
    } catch (fault) {
      if (fault instanceof ConfigError) return fault.message;
      throw fault;
    }
    return '';
  };

  it('are those of our own folder', () => {
    const readers = readPacketReaders(ownPacketsFolder());

    expect(readers.named('battery')).toBe(readers.battery);
    expect(readers.named('battery-text')).toBe(readers.batteryText);
    expect(readers.named('yamcs-quickstart')?.fields).toHaveLength(45);
    expect(readers.named('other')).toBeUndefined();
    expect(readers.ofApid(100)?.name).toBe('yamcs-quickstart');
    expect(readers.ofApid(101)).toBe(readers.battery);
    expect(readers.ofApid(2_047)).toBeUndefined();
    expect(readers.foreignShip('Yamcs quickstart')).toMatchObject({
      apid: 100,
      from: ['127.0.0.1'],
    });
    expect(readers.foreignShip('USS Enterprise')).toBeUndefined();
    expect([...readers.foreignApids]).toEqual([100]);
  });

  it('are found by the built program too', () => {
    expect(ownPacketsFolder(resolve('dist/apps/ingestor/src/packets'))).toBe(resolve('packets'));
  });

  it('always know the batteries, with the same columns in both formats', () => {
    const { battery, batteryText } = readPacketReaders(folder);

    expect(battery.fields).toEqual([
      { name: 'mode', unit: null, type: 'text' },
      { name: 'volts', unit: 'V', type: 'number' },
      { name: 'amperes', unit: 'A', type: 'number' },
      { name: 'celsius', unit: '°C', type: 'number' },
      { name: 'charge', unit: '%', type: 'number' },
    ]);
    expect(batteryText.fields).toEqual(battery.fields);
  });

  it('read the text of a battery as a sample with volts only', () => {
    const { batteryText } = readPacketReaders(folder);
    const text = Buffer.from(encodeBatteryText({ generatedAt: 1_000, volts: 17.5 }));

    const slab = Buffer.concat([Buffer.from('xx'), text, Buffer.from('yy')]);
    expect(batteryText.check(slab, 2, text.length)).toEqual({
      kind: 'good',
      apid: null,
      count14: null,
      sequence: null,
      generatedAt: 1_000,
      sampleCount: 1,
      isTagged: false,
    });
    expect(batteryText.samplesOf(text)).toEqual([
      { battery: 0, values: [null, 17.5, null, null, null] },
    ]);
    expect(batteryText.check(slab, 0, 1)).toEqual({ kind: 'malformed', reason: 'not-json' });
    expect(batteryText.samplesOf(slab)).toEqual([]);
  });

  it('are read of a folder of others beside our battery', () => {
    put('thing.yaml', ONE_APID + SHIP);
    put('notes.txt', 'not read');
    const readers = readPacketReaders(folder);

    expect(readers.ofApid(7)?.name).toBe('thing');
    expect(readers.foreignShip('Thing One')?.reader).toBe(readers.named('thing'));
    expect(readers.named('yamcs-quickstart')).toBeUndefined();
  });

  it('are read of a copy of our folder', () => {
    cpSync(ownPacketsFolder(), folder, { recursive: true });
    expect(faultsOf()).toBe('');
  });

  it.each([
    [
      'a name that is taken',
      THING.replace('thing', 'battery-text'),
      'the name battery-text is taken',
    ],
    ['any APID', THING.replace('[7, 8]', 'any'), 'apids can be "any" for the batteries of our own'],
    ['a name twice', THING.replace('[7, 8]', '9'), 'the name thing belongs to'],
    [
      'an APID twice',
      THING.replace('thing', 'other').replace('[7, 8]', '7-9'),
      'APID 7 belongs to',
    ],
    [
      'a ship twice',
      (THING + SHIP).replace('thing', 'other').replace('[7, 8]', '9'),
      'the ship "Thing One" belongs to',
    ],
    [
      'another battery',
      ownFile('battery.yml').replace('unit: V', 'unit: mV'),
      "differs from Perigee's",
    ],
    ['a file that is too long', THING + '#'.repeat(262_144), 'a definition has at most 262144'],
    ['bytes that are no text', Buffer.from([0x6e, 0xff]), 'b.yml: is not UTF-8'],
  ])('are refused with %s', (_name, text, sentence) => {
    put('a.yml', ONE_APID + SHIP);
    writeFileSync(join(folder, 'b.yml'), text);
    expect(faultsOf()).toContain(sentence);
  });

  it('are refused with the faults of all files at once', () => {
    put('a.yml', 'name: a');
    put('b.yml', 'name: [');
    const faults = faultsOf();

    expect(faults).toMatch(/^Invalid packet definitions:\n/);
    expect(faults).toContain('/a.yml, line 1: title is missing');
    expect(faults).toContain('/b.yml, line 1: is not YAML');
  });

  it('are refused with more files than are read', () => {
    for (let at = 0; at < 65; at += 1) put(`${at}.yml`, THING);
    expect(faultsOf()).toContain('has 65 definition files; at most 64 are read');
  });

  it('are refused with a folder that is named as a file', () => {
    mkdirSync(join(folder, 'a.yml'));
    expect(faultsOf()).toContain('/a.yml: is not a file');
  });

  it('are refused without the folder', () => {
    rmSync(folder, { recursive: true });
    expect(faultsOf()).toContain('cannot be read as a folder of packet definitions');
  });
});
