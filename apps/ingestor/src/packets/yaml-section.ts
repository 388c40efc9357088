import { isMap, isScalar, isSeq, type LineCounter, type Node, type YAMLMap } from 'yaml';

/** More are not told: the first ones say what the rest is about. */
const FAULTS_MAX = 100;
const SHOWN_LENGTH_MAX = 60;

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** What is wrong with definition files, one sentence each. */
export class DefinitionFaults {
  readonly #sentences: string[] = [];
  #untold = 0;

  get count(): number {
    return this.#sentences.length + this.#untold;
  }

  tell(sentence: string): void {
    if (this.#sentences.length < FAULTS_MAX) this.#sentences.push(sentence);
    else this.#untold += 1;
  }

  sentences(): readonly string[] {
    return this.#untold === 0
      ? this.#sentences
      : [...this.#sentences, `and ${this.#untold} more faults`];
  }
}

/** The file that a section is of. */
export interface YamlSource {
  readonly file: string;
  readonly lines: LineCounter;
  readonly faults: DefinitionFaults;
}

/**
 * One mapping of a definition file, asked key by key. A fault is told where it is, a value that would do is
 * given in its place, and reading goes on: so all faults of a file are told at once.
 */
export class YamlSection {
  readonly #values = new Map<string, Node | null>();
  readonly #asked = new Set<string>();

  constructor(
    private readonly source: YamlSource,
    private readonly node: Node | null,
    private readonly path: string,
  ) {
    if (isMap(node)) for (const { key, value } of node.items) this.#note(key, value);
    else this.tell('', `must be a list of keys and values${shown(node)}`);
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** Keys as they stand; for mappings whose keys are data. */
  keys(): readonly string[] {
    return [...this.#values.keys()];
  }

  isSection(key: string): boolean {
    return isMap(this.#values.get(key));
  }

  isList(key: string): boolean {
    return isSeq(this.#values.get(key));
  }

  section(key: string): YamlSection {
    return new YamlSection(this.source, this.#value(key), this.#pathOf(key));
  }

  /** A whole number. */
  whole(key: string, bounds: Bounds, otherwise?: number): number {
    const range = `a whole number from ${bounds.min} to ${bounds.max}`;
    const isGiven = (value: unknown): value is number => isWhole(value, bounds);
    return this.#scalar(key, isGiven, range, otherwise) ?? bounds.min;
  }

  finite(key: string, otherwise?: number): number {
    return this.#scalar(key, isFinite, 'a number', otherwise) ?? 1;
  }

  flag(key: string): boolean {
    return this.#scalar(key, isBoolean, 'true or false', undefined) ?? false;
  }

  text(key: string, pattern: RegExp, what: string, otherwise?: string): string {
    const isGiven = (value: unknown): value is string =>
      typeof value === 'string' && pattern.test(value);
    return this.#scalar(key, isGiven, what, otherwise) ?? 'x';
  }

  choice<T extends string>(key: string, choices: readonly [T, ...T[]], otherwise?: T): T {
    const isGiven = (value: unknown): value is T => choices.includes(value as T);
    return this.#scalar(key, isGiven, choices.join(' or '), otherwise) ?? choices[0];
  }

  /** A plain value that the check lets through; undefined for a fault. */
  plain(key: string, isGiven: (value: unknown) => boolean, what: string): unknown {
    return this.#scalar(key, isGiven as (value: unknown) => value is unknown, what, undefined);
  }

  /** Items of a list, each one as a section. */
  sections(key: string, lengthMax: number): readonly YamlSection[] {
    return this.#items(key, lengthMax).map(
      (node, at) => new YamlSection(this.source, node, `${this.#pathOf(key)}[${at}]`),
    );
  }

  /** Items of a list, each one a plain value that the check lets through. */
  list<T>(
    key: string,
    lengthMax: number,
    isGiven: (v: unknown) => v is T,
    what: string,
  ): readonly T[] {
    return this.#items(key, lengthMax).flatMap((node, at) => {
      const value: unknown = isScalar(node) ? node.value : undefined;
      if (isGiven(value)) return [value];
      this.#tellAt(node, `${this.#pathOf(key)}[${at}]`, `must be ${what}${shown(node)}`);
      return [];
    });
  }

  /** To be called when all keys have been asked for. */
  end(): void {
    for (const key of this.#values.keys()) {
      if (!this.#asked.has(key)) this.tell(key, 'is not a key that belongs here');
    }
  }

  /** An empty key: of the section as a whole. */
  tell(key: string, reason: string): void {
    const at = this.#values.get(key) ?? this.node;
    this.#tellAt(at, key === '' ? this.path : this.#pathOf(key), reason);
  }

  #note(key: unknown, value: unknown): void {
    const name = isScalar(key) ? String(key.value) : '?';
    this.#values.set(name, (value ?? null) as Node | null);
  }

  #value(key: string): Node | null {
    this.#asked.add(key);
    return this.#values.get(key) ?? null;
  }

  #scalar<T>(
    key: string,
    isGiven: (value: unknown) => value is T,
    what: string,
    otherwise: T | undefined,
  ): T | undefined {
    const node = this.#value(key);
    if (!this.has(key)) {
      if (otherwise === undefined) this.tell(key, `is missing; it must be ${what}`);
      return otherwise;
    }
    const value: unknown = isScalar(node) ? node.value : undefined;
    if (isGiven(value)) return value;
    this.tell(key, `must be ${what}${shown(node)}`);
    return otherwise;
  }

  #items(key: string, lengthMax: number): readonly Node[] {
    const node = this.#value(key);
    if (isSeq(node) && node.items.length >= 1 && node.items.length <= lengthMax) {
      return node.items as Node[];
    }
    const given = isSeq(node) ? `; it has ${node.items.length}` : shown(node);
    this.tell(key, `must be a list of 1 to ${lengthMax}${given}`);
    return [];
  }

  #pathOf(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  #tellAt(node: Node | null, path: string, reason: string): void {
    const { file, lines, faults } = this.source;
    const start = node?.range?.[0] ?? (this.node as YAMLMap | null)?.range?.[0] ?? 0;
    const { line } = lines.linePos(start);
    faults.tell(`${file}, line ${line}: ${path === '' ? 'the file' : path} ${reason}`);
  }
}

const isWhole = (value: unknown, { min, max }: Bounds): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
const isFinite = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

/** What stands there instead; nothing where nothing does. */
function shown(node: Node | null): string {
  if (node === null) return '';
  if (!isScalar(node)) return `; it is ${isSeq(node) ? 'a list' : 'a section'}`;
  const text = String(node.source ?? node.value).slice(0, SHOWN_LENGTH_MAX);
  return `; it is "${text}"`;
}
