import type { LoggerService } from '@nestjs/common';
import { IsIn, IsOptional, IsString } from 'class-validator';
import { destination, type Logger as Pino, pino, stdTimeFunctions } from 'pino';
import { ConfigError } from './config.js';
import { withoutPasswords } from './without-passwords.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** The variables of logging, the same in every app. */
export class LoggingConfig {
  @IsIn(LOG_LEVELS)
  readonly LOG_LEVEL: (typeof LOG_LEVELS)[number] = 'info';

  /** JSON lines go to this file instead of to standard output. */
  @IsOptional()
  @IsString()
  readonly LOG_FILE: string | undefined = undefined;
}

/** Nest's logger as structured lines of pino: one JSON object each, with app and context. */
export class StructuredLogger implements LoggerService {
  readonly #pino: Pino;

  constructor(app: string, { LOG_LEVEL, LOG_FILE }: LoggingConfig) {
    const options = {
      level: LOG_LEVEL,
      base: { app },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
    };
    this.#pino = LOG_FILE === undefined ? pino(options) : pino(options, openLog(LOG_FILE));
  }

  fatal = (message: unknown, ...rest: unknown[]): void => this.#write('fatal', message, rest);
  error = (message: unknown, ...rest: unknown[]): void => this.#write('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]): void => this.#write('warn', message, rest);
  log = (message: unknown, ...rest: unknown[]): void => this.#write('info', message, rest);
  debug = (message: unknown, ...rest: unknown[]): void => this.#write('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]): void => this.#write('trace', message, rest);

  /** Nest hands over (message, stack?, context): the last string names who logs. */
  #write(
    level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace',
    message: unknown,
    rest: unknown[],
  ): void {
    const texts = rest.filter((value) => typeof value === 'string');
    const context = texts.at(-1);
    if (level === 'info' && NEST_START_UP.has(context)) return this.#write('debug', message, rest);
    const fields = { context, ...fieldsOf(message) };
    const text = message instanceof Error ? message.message : String(textOf(message));
    this.#pino[level](fields, withoutPasswords(text));
  }
}

/** What Nest says of itself while it starts: hundreds of lines that tell an operator nothing. */
const NEST_START_UP = new Set<string | undefined>([
  'InstanceLoader',
  'RouterExplorer',
  'RoutesResolver',
  'NestFactory',
  'NestApplication',
  'NestMicroservice',
]);

function openLog(file: string) {
  try {
    return destination({ dest: file, mkdir: true, sync: true });
  } catch (cause) {
    throw new ConfigError(`LOG_FILE: ${file} cannot be written: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function fieldsOf(message: unknown): object {
  if (message instanceof Error) return errorFields(message);
  if (typeof message !== 'object' || message === null) return {};
  const fields = Object.entries(message).filter(([name]) => name !== 'message');
  return Object.fromEntries(
    fields.map(([name, value]) => [name, value instanceof Error ? errorFields(value) : value]),
  );
}

/** An error's own properties do not show in JSON; its cause is often what one looks for. */
const errorFields = ({ message, stack, cause }: Error): object => ({
  message: withoutPasswords(message),
  stack: withoutPasswords(stack ?? ''),
  ...(cause instanceof Error && { cause: errorFields(cause) }),
});

function textOf(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return message;
  return 'message' in message ? message.message : '';
}
