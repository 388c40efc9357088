import { contentOf, type RocketArrival } from '#common/domain';
import type { Clock } from '#common/platform';
import { type Inserted, InsertedNumbers } from './inserted-numbers.js';
import { isRolledBack, type LogConnections } from './log-connections.js';
import {
  COUNT_REPEATED,
  inLogOrder,
  INSERT_MESSAGES,
  INSERT_ONE,
  insertOneParameters,
  insertParameters,
  mayTell,
} from './log-statements.js';
import type { ChannelCounts, LogFollower } from './log.follower.js';
import type { LogTracks } from './log.tracks.js';
import { statementBatches } from './statement-batches.js';
import { insertTelling } from './telling-transaction.js';

/** What comes meanwhile goes together in the next: several at one time take longer, on two cores. */
const COMMITS_MAX = 1;
/** Who tells facts locks their channels: one after the other. */
const TELLING_MAX = 1;
const REPEATED_MAX = 1;
export const WRITERS_MAX = COMMITS_MAX + TELLING_MAX + REPEATED_MAX;

type Repetition = 'duplicate' | 'conflict';

interface RepeatedRow {
  /** Which of them, counted from 1, and whether it says the same as the first. */
  readonly repeated: [number, boolean][] | null;
  readonly counts: ChannelCounts[] | null;
}

export interface LogWriterOptions {
  readonly connections: LogConnections;
  readonly follower: LogFollower;
  readonly tracks: LogTracks;
  readonly clock: Clock;
  readonly tellsEvents: boolean;
  /** Something was added to the log. */
  readonly onAdded: () => void;
  /** Something was put into the outbox. */
  readonly onTold: () => void;
}

/**
 * Adds messages to the log. Each statement is a transaction of its own, so nothing is half done; one
 * that fails may have been done all the same, then its messages are found in the log later on.
 */
export class LogWriter {
  readonly #plain = statementBatches(COMMITS_MAX, (batch) => this.#insertPlain(batch));
  readonly #telling = statementBatches(TELLING_MAX, (batch) => this.#insertTelling(batch));
  readonly #repeated = statementBatches(REPEATED_MAX, (batch) => this.#countRepeated(batch));

  constructor(private readonly options: LogWriterOptions) {}

  async take(arrival: RocketArrival): Promise<Repetition | 'new'> {
    const { tracks, tellsEvents } = this.options;
    if (!tracks.isTaken(arrival)) {
      const lane = tellsEvents && mayTell(arrival) ? this.#telling : this.#plain;
      const isNew = await tracks.whileBeginning(arrival, () => lane.add(arrival));
      if (isNew) return 'new';
    }
    return this.#repeated.add(arrival);
  }

  #insertPlain(batch: readonly RocketArrival[]): Promise<boolean[]> {
    return this.#insert(batch, async (writer) => {
      const [first] = batch;
      const { connections } = this.options;
      const rows =
        batch.length === 1 && first !== undefined
          ? await connections.query<InsertedRow>(INSERT_ONE, insertOneParameters(first, writer))
          : await connections.query<InsertedRow>(
              INSERT_MESSAGES,
              insertParameters(inLogOrder(batch), writer),
            );
      const inserted = rows.map(({ channel, number }): Inserted => [channel, Number(number)]);
      return new InsertedNumbers(inserted).claimAll(batch);
    });
  }

  #insertTelling(batch: readonly RocketArrival[]): Promise<boolean[]> {
    const { connections, clock, onTold } = this.options;
    return this.#insert(batch, async (writer) => {
      const now = new Date(clock.nowMs());
      const { isNew, factCount } = await insertTelling(connections, batch, writer, now);
      if (factCount > 0) onTold();
      return isNew;
    });
  }

  async #insert(
    batch: readonly RocketArrival[],
    insert: (writer: number) => Promise<boolean[]>,
  ): Promise<boolean[]> {
    const { follower, tracks, onAdded } = this.options;
    const ticket = follower.ticket();
    let isNew: boolean[];
    try {
      isNew = await insert(ticket.writer);
    } catch (fault) {
      if (!isRolledBack(fault)) follower.doubt(ticket);
      throw fault;
    }
    const added = batch.filter((_, nr) => isNew[nr]);
    tracks.apply({ messages: added, counts: [] });
    if (added.length > 0) onAdded();
    return isNew;
  }

  async #countRepeated(batch: readonly RocketArrival[]): Promise<Repetition[]> {
    const { connections, follower, tracks, onAdded } = this.options;
    const [row] = await connections.query<RepeatedRow>(COUNT_REPEATED, [
      batch.map(({ channel }) => channel),
      batch.map(({ number }) => number),
      batch.map(contentOf),
    ]);
    // Another node has taken it first: whoever is told so must find it here.
    if (batch.some((arrival) => !tracks.isTaken(arrival))) await follower.catchUp();
    tracks.apply({ messages: [], counts: row?.counts ?? [] });
    onAdded();
    const isSame = new Map(row?.repeated ?? []);
    if (isSame.size < batch.length)
      throw new Error(
        'A message that was taken is not in the log: it belongs to another database.',
      );
    return batch.map((_, nr) => (isSame.get(nr + 1) === true ? 'duplicate' : 'conflict'));
  }
}

interface InsertedRow {
  readonly channel: string;
  readonly number: string;
}
