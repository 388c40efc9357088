import { type ClassConstructor, plainToInstance } from 'class-transformer';
import { IsInt, Max, Min, validateSync } from 'class-validator';

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

  const reasons = faults.flatMap((fault) => Object.values(fault.constraints ?? {}));
  throw new ConfigError(`Invalid configuration:\n  ${reasons.join('\n  ')}`);
}

/** The operator can mend it: printed without a stack, and the process does not start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A port to listen on; 0: any free one. */
export const IsPortNumber = (): PropertyDecorator => (target, property) => {
  for (const decorate of [Min(0), Max(65_535), IsInt()]) decorate(target, property);
};
