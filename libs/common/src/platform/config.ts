import { type ClassConstructor, plainToInstance } from 'class-transformer';
import { ValidateBy, validateSync, type ValidationError } from 'class-validator';

/**
 * Reads a checked `Config` out of the environment, or throws one error that names every fault.
 * An empty variable counts as not set, as it does in a compose file with `FOO=${FOO}`.
 */
export function readConfig<T extends object>(
  Config: ClassConstructor<T>,
  env: NodeJS.ProcessEnv,
): T {
  const known = Object.keys(new Config());
  const given = Object.fromEntries(
    known.filter((name) => env[name] !== undefined && env[name] !== '').map((n) => [n, env[n]]),
  );
  const config = plainToInstance(Config, given, {
    enableImplicitConversion: true,
    exposeDefaultValues: true,
  });
  const faults = validateSync(config);
  if (faults.length === 0) return config;

  throw new ConfigError(`Invalid configuration:\n  ${faults.map((f) => say(f, env)).join('\n  ')}`);
}

/** Reads them all, so that the faults of all are told at once. */
export function checkConfigs(
  Configs: readonly ClassConstructor<object>[],
  env: NodeJS.ProcessEnv,
): void {
  const faults = new Set<string>();
  for (const Config of Configs)
    try {
      readConfig(Config, env);
    } catch (fault) {
      if (!(fault instanceof ConfigError)) throw fault;
      for (const line of fault.message.split('\n').slice(1)) faults.add(line);
    }
  if (faults.size > 0) throw new ConfigError(`Invalid configuration:\n${[...faults].join('\n')}`);
}

/** An address may hold a password, also where it is too broken to find it. */
const HIDDEN = /_(URL|SECRET)$/;

/** One sentence per variable: its name, what it must be, what it is. */
function say({ property, constraints = {} }: ValidationError, env: NodeJS.ProcessEnv): string {
  const rules = Object.values(constraints).map((rule) => rule.replace(`${property} `, ''));
  const given = HIDDEN.test(property) ? undefined : env[property];
  const value = given === undefined ? '' : ` (it is "${given}")`;
  return `${property} ${rules.join(', ')}${value}`;
}

/** The operator can mend it: printed without a stack, and the process does not start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A port to listen on; 0: any free one. */
export const IsPortNumber = (): PropertyDecorator =>
  ValidateBy({
    name: 'isPortNumber',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535,
      defaultMessage: () => 'must be a port, a whole number from 0 (any free one) to 65535',
    },
  });

/** An address whose scheme is one of these, such as `postgres:`. */
export const IsUrlOf = (...schemes: readonly string[]): PropertyDecorator =>
  ValidateBy({
    name: 'isUrlOf',
    validator: {
      validate: (value: unknown) => schemes.includes(schemeOf(value) ?? ''),
      defaultMessage: () => `must be an address that begins with ${schemes[0]}//`,
    },
  });

const schemeOf = (value: unknown): string | null =>
  typeof value === 'string' && URL.canParse(value) ? new URL(value).protocol : null;
