import { Redis, type RedisOptions } from 'ioredis';

/** A request that waits longer has failed; who asks has something better to do. */
export const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 2_000;
/** How long a server may take to agree to the end of a connection. */
const DISCONNECT_TIMEOUT_MS = 500;
const RECONNECT_DELAY_MS = 50;
/** It is tried for ever, this often: Redis is back to work within two seconds of its return. */
const RECONNECT_DELAY_MS_MAX = 2_000;
const KEEP_ALIVE_MS = 10_000;

export interface RedisClientOptions {
  /** How `CLIENT LIST` names it. */
  readonly name: string;
  /** Instead of the one that the URL names. */
  readonly database?: number;
  /** How long a command may take; `COMMAND_TIMEOUT_MS` where nothing is said. */
  readonly timeoutMs?: number;
  /** Also called when the connection cannot be made; the client goes on trying. */
  readonly onFault: (fault: Error) => void;
}

/**
 * For questions that somebody waits for: they fail at once while Redis is away, and soon when it is
 * silent. No queue grows, and no command is sent a second time because its answer was lost.
 */
export const requestClient = (url: string, options: RedisClientOptions): Redis =>
  connect(url, options, {
    commandTimeout: options.timeoutMs ?? COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
  });

/**
 * For commands that wait inside Redis, such as Bull's. Bull refuses a limit on their retries.
 * @param silenceMsMax a connection that says nothing for so long is dead; nothing: it may be silent
 */
export const blockingClient = (
  url: string,
  options: RedisClientOptions,
  silenceMsMax?: number,
): Redis =>
  connect(url, options, {
    maxRetriesPerRequest: null,
    enableReadyCheck: false,
    ...(silenceMsMax !== undefined && { socketTimeout: silenceMsMax }),
  });

function connect(url: string, client: RedisClientOptions, options: RedisOptions): Redis {
  const redis = new Redis(inDatabase(url, client.database), {
    connectionName: client.name,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    keepAlive: KEEP_ALIVE_MS,
    retryStrategy: (times) => Math.min(times * RECONNECT_DELAY_MS, RECONNECT_DELAY_MS_MAX),
    ...options,
  });
  // Without a listener the client writes to the terminal.
  redis.on('error', client.onFault);
  return redis;
}

/** The database in a URL goes before the one among the client's options, so it is set there. */
function inDatabase(url: string, database: number | undefined): string {
  if (database === undefined) return url;
  const named = new URL(url);
  named.pathname = `/${database}`;
  return named.toString();
}
