import { readFileSync } from 'node:fs';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';

/** A service of docker-compose.yml, as far as the tests look at it. */
export interface ComposedService {
  readonly image: string;
  readonly build?: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly [key: string]: unknown;
}

export const composeText = (): string => readFileSync('docker-compose.yml', 'utf8');

/** The services, with their merged parts and without any ${NAME} replaced. */
export function composedServices(): Readonly<Record<string, ComposedService>> {
  const file = load(composeText(), { schema: CORE_SCHEMA.withTags(mergeTag) });
  return (file as { services: Record<string, ComposedService> }).services;
}

/** A text of docker-compose.yml as the engine gets it: with the settings, and `$$` for `$`. */
export function filledIn(text: string, settings: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(?:\$|\{(\w+)(?::\?[^}]*)?\})/g, (_, name?: string) => {
    if (name === undefined) return '$';
    const value = settings[name];
    if (value === undefined) throw new Error(`No setting ${name}`);
    return value;
  });
}

/** What a file such as deploy/.env sets. */
export const readSettings = (file: string): Record<string, string> =>
  Object.fromEntries(
    [...readFileSync(file, 'utf8').matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [
      name,
      value,
    ]),
  ) as Record<string, string>;
