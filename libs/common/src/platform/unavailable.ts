/** PostgreSQL's codes for "not now": connection lost, shutting down, too many, a lock, a time limit. */
const NOT_NOW = /^(08...|57P0[1-5]|53[0-9A-Z]{3}|55P03|57014|40001|40P01)$/;
const NO_CONNECTION =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
/** The last one: TypeORM takes a broken connection out of the hands of whoever is amid a transaction. */
const NO_CONNECTION_TEXT =
  /Connection terminated|timeout exceeded when trying to connect|connection timeout|Query read timeout|not queryable|query runner (was )?already released/i;

/** Redis' own words for "not now", and those of its client for a Redis that is away or silent. */
const REDIS_NOT_NOW =
  /^(LOADING|OOM|MISCONF|READONLY|MASTERDOWN|NOREPLICAS|BUSY|CLUSTERDOWN|TRYAGAIN) |^Command timed out$|^Connection is closed|max retries per request|enableOfflineQueue/;

/** Whether a fault of a store says that it is away for now; the caller may try again later. */
export function isUnavailable(fault: unknown): boolean {
  for (let inner = fault, depth = 0; inner instanceof Error && depth < 5; depth += 1) {
    const { code } = inner as NodeJS.ErrnoException;
    if (typeof code === 'string' && (NOT_NOW.test(code) || NO_CONNECTION.test(code))) return true;
    if (NO_CONNECTION_TEXT.test(inner.message) || REDIS_NOT_NOW.test(inner.message)) return true;
    inner = inner.cause ?? (inner as { driverError?: unknown }).driverError;
  }
  return false;
}
