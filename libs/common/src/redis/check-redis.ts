import type { Redis } from 'ioredis';
import { faultText } from './outage.js';

const VERSION_MIN = 7;

/** What may be left to a Redis. */
export interface RedisCheck {
  /** `durable`: keeps what it is given; `volatile`: may forget or refuse it; `away`: no answer. */
  readonly state: 'durable' | 'volatile' | 'away';
  /** Why it is not durable, for the operator. */
  readonly reasons: readonly string[];
  /** A new one after every restart; null when it is not known. */
  readonly runId: string | null;
}

/**
 * Asks a Redis what it does with its data. `INFO` tells all of it and, unlike `CONFIG GET`, is
 * usually open to a user with narrow rights. Never fails.
 */
export async function checkRedis(client: Pick<Redis, 'info'>): Promise<RedisCheck> {
  try {
    return judge(fieldsOf(await client.info()));
  } catch (fault) {
    const message = faultText(fault);
    if (!message.startsWith('NOPERM')) return { state: 'away', reasons: [message], runId: null };
    const reason = 'This user may not ask INFO, so whether Redis keeps its data is not known';
    return { state: 'volatile', reasons: [reason], runId: null };
  }
}

function judge(info: ReadonlyMap<string, string>): RedisCheck {
  const version = info.get('redis_version') ?? 'unknown';
  const policy = info.get('maxmemory_policy') ?? 'unknown';
  const reasons = [
    !(Number.parseInt(version, 10) >= VERSION_MIN) &&
      `Redis ${VERSION_MIN} or newer is needed, this is ${version}`,
    info.get('aof_enabled') !== '1' && 'appendonly is off: a restart forgets',
    info.get('aof_enabled') === '1' &&
      info.get('aof_last_write_status') !== 'ok' &&
      'The append-only file cannot be written',
    isFull(info) && 'Redis is full: maxmemory is reached',
    policy !== 'noeviction' && `maxmemory-policy is ${policy}: what was stored may be evicted`,
  ].filter((reason) => reason !== false);
  const state = reasons.length === 0 ? 'durable' : 'volatile';
  return { state, reasons, runId: info.get('run_id') ?? null };
}

function isFull(info: ReadonlyMap<string, string>): boolean {
  const max = Number(info.get('maxmemory') ?? 0);
  return max > 0 && Number(info.get('used_memory')) >= max;
}

/** Lines `name:value`, between headings and blank lines. */
function fieldsOf(info: string): ReadonlyMap<string, string> {
  const lines = info.split('\r\n').filter((line) => line.includes(':') && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}
