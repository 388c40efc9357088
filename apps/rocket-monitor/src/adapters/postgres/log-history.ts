import {
  FIRST_CHECKPOINT,
  readContent,
  type Rocket,
  type RocketArrival,
  type RocketCheckpoint,
} from '#common/domain';
import type { HistoryQuery } from '../../rockets/rocket-store.port.js';
import type { LogConnections, Statement } from './log-connections.js';

const page = (name: string, condition: string, order: string): Statement => ({
  name: `rocket-history-${name}`,
  text: `SELECT number, received_at, content FROM rocket_messages
         WHERE channel = $1 AND ${condition} ORDER BY ${order} LIMIT $2`,
});
const ASCENDING = page('up', 'number > $3', 'number');
const DESCENDING = page('down', 'number < $3', 'number DESC');
const ARRIVALS = page('arrivals', '(received_at, number) > ($3, $4)', 'received_at, number');

const FIND_CHECKPOINT: Statement = {
  name: 'rocket-checkpoint',
  text: `SELECT through, rocket FROM rocket_checkpoints WHERE channel = $1 AND through <= $2
         ORDER BY through DESC LIMIT 1`,
};
const KEEP_CHECKPOINT: Statement = {
  name: 'rocket-keep-checkpoint',
  text: `INSERT INTO rocket_checkpoints (channel, through, rocket) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING`,
};

interface ArrivalRow {
  readonly number: string;
  readonly received_at: string;
  readonly content: string;
}

interface CheckpointRow {
  readonly through: string;
  readonly rocket: string;
}

/** The messages of the log one by one, and the states that are kept on the way. */
export class LogHistory {
  constructor(private readonly connections: LogConnections) {}

  async find(channel: string, query: HistoryQuery): Promise<RocketArrival[]> {
    // PostgreSQL has no text with a NUL in it, so there is no such channel either.
    if (channel.includes('\0')) return [];
    const rows = await this.#rows(channel, query);
    return rows.map(({ number, received_at, content }) => ({
      channel,
      number: Number(number),
      receivedAt: Number(received_at),
      ...readContent(content),
    }));
  }

  async checkpoint(channel: string, atMost: number): Promise<RocketCheckpoint> {
    if (channel.includes('\0')) return FIRST_CHECKPOINT;
    const values = [channel, atMost];
    const [row] = await this.connections.query<CheckpointRow>(FIND_CHECKPOINT, values);
    return row === undefined ? FIRST_CHECKPOINT : readCheckpoint(row);
  }

  async keepCheckpoint(channel: string, { through, rocket }: RocketCheckpoint): Promise<void> {
    await this.connections.query(KEEP_CHECKPOINT, [channel, through, JSON.stringify(rocket)]);
  }

  #rows(channel: string, query: HistoryQuery): Promise<ArrivalRow[]> {
    const { limit } = query;
    switch (query.by) {
      case 'number':
        return this.connections.query(ASCENDING, [channel, limit, query.after]);
      case 'number-descending':
        return this.connections.query(DESCENDING, [channel, limit, query.before]);
      case 'arrival': {
        const { receivedAt, number } = query.after ?? BEFORE_ALL;
        return this.connections.query(ARRIVALS, [channel, limit, receivedAt, number]);
      }
      default:
        return query satisfies never;
    }
  }
}

const BEFORE_ALL = { receivedAt: Number.MIN_SAFE_INTEGER, number: 0 };

export const readCheckpoint = ({ through, rocket }: CheckpointRow): RocketCheckpoint => ({
  through: Number(through),
  rocket: JSON.parse(rocket) as Rocket,
});
