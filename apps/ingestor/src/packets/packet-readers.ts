import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '#common/platform';
import { BatteryTextReader } from './battery-text.reader.js';
import { tellContradictions } from './contradictions.js';
import { readDefinitionFiles } from './definition-files.js';
import type { PacketDefinition } from './packet-definition.js';
import type { PacketReader } from './packet-reader.js';
import { TableReader } from './table.reader.js';
import { DefinitionFaults } from './yaml-section.js';

export const BATTERY = 'battery';

/** A ship whose stream nobody asks for: it sends, and who books it listens. */
export interface ForeignShipDefinition {
  readonly ship: string;
  /** Addresses whose datagrams are believed. */
  readonly from: readonly string[];
  /** Of all its packets, and of no other ship's. */
  readonly apid: number;
  readonly reader: TableReader;
}

/** All formats of packets that this process can read, by name, by APID and by ship. */
export class PacketReaders {
  readonly #byName = new Map<string, PacketReader>();
  readonly #byApid = new Map<number, TableReader>();
  readonly #foreign = new Map<string, ForeignShipDefinition>();

  /** Of the ships that we ask for their streams, in format `ccsds` and `json`. */
  readonly battery: TableReader;
  readonly batteryText: BatteryTextReader;

  /** Takes definitions that do not contradict each other: as `readPacketReaders` makes sure of. */
  constructor(definitions: readonly PacketDefinition[]) {
    const tables = definitions.map((definition) => new TableReader(definition));
    const battery = tables.find(({ name }) => name === BATTERY);
    if (!battery) throw new RangeError('There is no definition of the battery packet');
    this.battery = battery;
    this.batteryText = new BatteryTextReader(battery.fields);
    for (const reader of [...tables, this.batteryText]) this.#byName.set(reader.name, reader);
    for (const reader of tables) this.#route(reader);
  }

  named(name: string): PacketReader | undefined {
    return this.#byName.get(name);
  }

  all(): readonly PacketReader[] {
    return [...this.#byName.values()];
  }

  /** By the definition that names it; all others are our own ships'. Undefined for what no ship has. */
  ofApid(apid: number): TableReader | undefined {
    return this.#byApid.get(apid) ?? (this.battery.takes(apid) ? this.battery : undefined);
  }

  foreignShip(name: string): ForeignShipDefinition | undefined {
    return this.#foreign.get(name);
  }

  /** APIDs that no ship of ours can be given. */
  get foreignApids(): ReadonlySet<number> {
    return new Set(this.#byApid.keys());
  }

  #route(reader: TableReader): void {
    const { apids, foreign } = reader.definition;
    if (apids === 'any') return;
    for (const apid of apids) this.#byApid.set(apid, reader);
    const [apid] = apids;
    if (foreign && apid !== undefined)
      this.#foreign.set(foreign.ship, { ...foreign, apid, reader });
  }
}

/**
 * Reads a folder of definitions, by default our own, and the battery of our own beside it where it is another one. Throws
 * one ConfigError that tells all faults: the operator can mend them.
 */
export function readPacketReaders(folder = ownPacketsFolder()): PacketReaders {
  const ownFolder = ownPacketsFolder();
  const faults = new DefinitionFaults();
  const files = readDefinitionFiles(folder, faults);
  const own = resolve(folder) === ownFolder ? files : readDefinitionFiles(ownFolder, faults);
  const battery = own.find(({ definition }) => definition.name === BATTERY);
  if (battery) tellContradictions(battery, files, faults);
  else if (faults.count === 0)
    faults.tell(`${ownFolder}: lacks the battery packet of our own ships`);
  if (!battery || faults.count > 0) {
    throw new ConfigError(`Invalid packet definitions:\n  ${faults.sentences().join('\n  ')}`);
  }
  const others = files.filter(({ definition }) => definition.name !== BATTERY);
  return new PacketReaders([battery, ...others].map(({ definition }) => definition));
}

/** The folder `packets` beside the package.json that the running file belongs to. */
export function ownPacketsFolder(from = import.meta.dirname): string {
  let folder = resolve(from);
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  return join(folder, 'packets');
}
