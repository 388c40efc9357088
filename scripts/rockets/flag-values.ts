import { parseArgs, type ParseArgsConfig } from 'node:util';

export const LOG_LEVELS = ['silent', 'error', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The command cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws {UsageError} for a flag that is not among them, or has no value */
export function parseFlags<const T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (fault) {
    throw new UsageError((fault as Error).message, { cause: fault });
  }
}

export function refuseMore(rest: readonly string[]): void {
  if (rest.length > 0) throw new UsageError(`Unexpected ${rest.join(' ')}`);
}

export function readFile(file: string | undefined): string {
  if (file === undefined || file === '')
    throw new UsageError('Say which file, or - for standard input or output');
  return file;
}

export function readUrl(address: string | undefined): URL {
  if (address === undefined) throw new UsageError('Say where to: http://localhost:8088/messages');
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol !== 'http:') throw new UsageError(`${address} is not an http:// address`);
  return url;
}

export function readInteger(flag: string, text: string, min: number, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${flag} must be a whole number from ${min} to ${max}, not ${text}`);
}

export function readShare(flag: string, text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw new UsageError(`${flag} must be a number from 0 to 1, not ${text}`);
}

const UNIT_MS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
]);

/** In milliseconds; 0 for none. */
export function readDuration(flag: string, text: string): number {
  if (text === 'none' || text === '0') return 0;
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * (UNIT_MS.get(unit) ?? 1);
  throw new UsageError(`${flag} must be a time such as 500ms, 1s or none, not ${text}`);
}

export function readLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level !== undefined) return level;
  throw new UsageError(`--log-level must be one of ${LOG_LEVELS.join(', ')}, not ${text}`);
}
