import type { RocketArrival } from '#common/domain';
import { ArrivalBatches } from '../arrival-batches.js';

/** Messages in one statement. */
const BATCH_MAX = 1_000;
/** More than all connections of the app can bring. */
const MESSAGES_WAITING_MAX = 10_000;

/**
 * Group commit.
 * @param underWayMax statements at one time
 * @param send answers for each message, in their order
 */
export const statementBatches = <T>(
  underWayMax: number,
  send: (batch: readonly RocketArrival[]) => Promise<readonly T[]>,
): ArrivalBatches<T> =>
  new ArrivalBatches(
    {
      store: 'PostgreSQL',
      batchMax: BATCH_MAX,
      underWayMax,
      waitingMax: MESSAGES_WAITING_MAX,
    },
    send,
  );
