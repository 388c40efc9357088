import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readDefinition } from './definition-reader.js';
import type { PacketDefinition } from './packet-definition.js';
import type { DefinitionFaults } from './yaml-section.js';

/** Of one folder. */
const FILES_MAX = 64;
const FILE_BYTES_MAX = 256 * 1_024;

export interface DefinitionFile {
  /** As it is told to the operator. */
  readonly file: string;
  readonly definition: PacketDefinition;
}

/** All `.yml` and `.yaml` files right in the folder, by name; files with faults are told and left out. */
export function readDefinitionFiles(
  folder: string,
  faults: DefinitionFaults,
): readonly DefinitionFile[] {
  const shown = basename(resolve(folder));
  const names = attempt(() => readdirSync(folder));
  if (typeof names === 'string') {
    faults.tell(`${folder}: cannot be read as a folder of packet definitions: ${names}`);
    return [];
  }
  const files = names.filter((name) => /\.ya?ml$/.test(name)).toSorted();
  if (files.length > FILES_MAX) {
    faults.tell(`${folder}: has ${files.length} definition files; at most ${FILES_MAX} are read`);
    return [];
  }
  return files.flatMap((name) => readFile(join(folder, name), `${shown}/${name}`, faults));
}

function readFile(path: string, file: string, faults: DefinitionFaults): readonly DefinitionFile[] {
  const contents = attempt(() => readBounded(path));
  if (typeof contents === 'string') {
    faults.tell(`${file}: ${contents}`);
    return [];
  }
  const text = attempt(() => [utf8.decode(contents)]);
  if (typeof text === 'string') {
    faults.tell(`${file}: is not UTF-8`);
    return [];
  }
  const definition = readDefinition(file, text[0] ?? '', faults);
  return definition ? [{ file, definition }] : [];
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function readBounded(path: string): Buffer {
  const facts = statSync(path);
  // A pipe would be waited for.
  if (!facts.isFile()) throw new Error('is not a file');
  const { size } = facts;
  if (size > FILE_BYTES_MAX) {
    throw new Error(`has ${size} bytes; a definition has at most ${FILE_BYTES_MAX}`);
  }
  return readFileSync(path);
}

/** What it gives, or in words why it does not. */
function attempt<T extends object>(read: () => T): T | string {
  try {
    return read();
  } catch (fault) {
    return fault instanceof Error ? fault.message : String(fault);
  }
}
