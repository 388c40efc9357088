import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDefinition } from '../definition-reader.js';
import type { PacketDefinition } from '../packet-definition.js';
import { ownPacketsFolder, PacketReaders } from '../packet-readers.js';
import { TableReader } from '../table.reader.js';
import { DefinitionFaults } from '../yaml-section.js';

export const ownFile = (name: string): string =>
  readFileSync(join(ownPacketsFolder(), name), 'utf8');

/** A definition by its text; throws all its faults. */
export function definitionOf(text: string): PacketDefinition {
  const faults = new DefinitionFaults();
  const definition = readDefinition('test.yml', text, faults);
  if (!definition) throw new Error(faults.sentences().join('\n'));
  return definition;
}

/** Our own packet and those of these texts. */
export const readersOf = (...texts: readonly string[]): PacketReaders =>
  new PacketReaders([ownFile('battery.yml'), ...texts].map(definitionOf));

export const readerOf = (text: string): TableReader => new TableReader(definitionOf(text));

/** What is wrong with a text. */
export function faultsOf(text: string): readonly string[] {
  const faults = new DefinitionFaults();
  readDefinition('test.yml', text, faults);
  return faults.sentences();
}
