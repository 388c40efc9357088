import { isDeepStrictEqual } from 'node:util';
import { BATTERY_TEXT } from './battery-text.reader.js';
import type { DefinitionFile } from './definition-files.js';
import type { DefinitionFaults } from './yaml-section.js';

/** What the definitions, each good by itself, may not say together. */
export function tellContradictions(
  battery: DefinitionFile,
  files: readonly DefinitionFile[],
  faults: DefinitionFaults,
): void {
  const others = files.filter(({ definition }) => definition.name !== battery.definition.name);
  tellOtherBatteries(battery, files, faults);
  for (const { file, definition } of others) {
    if (definition.name === BATTERY_TEXT) faults.tell(`${file}: the name ${BATTERY_TEXT} is taken`);
    if (definition.apids === 'any') {
      faults.tell(`${file}: apids can be "any" for the batteries of our own ships only`);
    }
  }
  tellTwice(others, ({ name }) => [`the name ${name}`], faults);
  tellTwice(others, ({ apids }) => (apids === 'any' ? [] : apids).map((a) => `APID ${a}`), faults);
  tellTwice(others, ({ foreign }) => (foreign ? [`the ship "${foreign.ship}"`] : []), faults);
}

/** The archive and its columns are built on this one: a copy may stand there, a change may not. */
function tellOtherBatteries(
  battery: DefinitionFile,
  files: readonly DefinitionFile[],
  faults: DefinitionFaults,
): void {
  const { name } = battery.definition;
  for (const { file, definition } of files) {
    if (definition.name !== name || isDeepStrictEqual(definition, battery.definition)) continue;
    faults.tell(`${file}: differs from Perigee's own ${battery.file}; give it another name`);
  }
}

/** Each thing may be claimed by one file. */
function tellTwice(
  files: readonly DefinitionFile[],
  claimsOf: (definition: DefinitionFile['definition']) => readonly string[],
  faults: DefinitionFaults,
): void {
  const owners = new Map<string, string>();
  for (const { file, definition } of files) {
    for (const claim of claimsOf(definition)) {
      const owner = owners.get(claim);
      if (owner === undefined) owners.set(claim, file);
      else faults.tell(`${file}: ${claim} belongs to ${owner} already`);
    }
  }
}
