import {
  HISTORY_PAGE_NUMBERS,
  newTrack,
  type NumberedContents,
  type RocketTrack,
  UNKNOWN_ROCKET,
  withContents,
} from '#common/domain';
import { CONTENT_BYTES_MAX, type LogConnections, type Statement } from './log-connections.js';
import { readCheckpoint } from './log-history.js';

/** Channels that are read together. */
const CHANNELS_MAX = 500;
/** Messages of them in one answer, about a megabyte. */
const MESSAGES_MAX = 10_000;
/** Of the table in one answer, about as much. */
const BLOCKS = 192;
/** Answers under way: the server reads the next while this process folds one. */
const ANSWERS_AHEAD = 2;
/** One message by an index takes as long as so many in the order in which they lie. */
const INDEX_COST = 10;

const BEGINNING: Statement = {
  name: 'rocket-log-beginning',
  text: `SELECT pg_current_snapshot()::text AS snapshot,
                pg_relation_size('rocket_messages') / current_setting('block_size')::bigint AS blocks,
                (SELECT greatest(reltuples, 0) FROM pg_class
                 WHERE oid = 'rocket_messages'::regclass) AS messages`,
};

/** So that its commit waits until the disk has all that is written before. */
const FLUSH = "SELECT pg_logical_emit_message(true, 'perigee', '')";

/** The next channels, by one look into the index each, and what is known of them beside the log. */
const CHANNELS: Statement = {
  name: 'rocket-channels',
  text: `
    WITH RECURSIVE names (channel) AS (
      (SELECT channel FROM rocket_messages WHERE channel > $1 ORDER BY channel LIMIT 1)
      UNION ALL
      SELECT (SELECT channel FROM rocket_messages WHERE channel > names.channel
              ORDER BY channel LIMIT 1)
      FROM names WHERE names.channel IS NOT NULL
    )
    SELECT page.channel, last.through, last.rocket, duplicates, conflicts, rejected
    FROM (SELECT channel FROM names WHERE channel IS NOT NULL LIMIT $2) AS page
      LEFT JOIN LATERAL (SELECT through, rocket FROM rocket_checkpoints
                         WHERE channel = page.channel AND $3
                         ORDER BY through DESC LIMIT 1) AS last ON true
      LEFT JOIN rocket_counts ON rocket_counts.channel = page.channel
    ORDER BY page.channel`,
};

/**
 * Messages as they lie in the table. One value for thousands of rows: over rows the driver would take
 * longer than the fold does.
 */
const BLOCKS_OF_LOG: Statement = {
  name: 'rocket-log-blocks',
  text: `
    SELECT bytes > $3 AS is_too_large, CASE WHEN bytes <= $3 THEN (
      SELECT '[' || string_agg('[' || to_json(channel) || ',[' || contents || ']]', ',') || ']'
      FROM (SELECT channel, string_agg(number || ',' || content, ',') AS contents
            FROM rocket_messages WHERE ctid >= $1::tid AND ctid < $2::tid GROUP BY channel) AS parts
    ) END AS page
    FROM (SELECT coalesce(sum(octet_length(content)), 0) AS bytes
          FROM rocket_messages WHERE ctid >= $1::tid AND ctid < $2::tid) AS size`,
};

/** What channels have after a number each; the last one may have more. */
const AFTER_NUMBERS: Statement = {
  name: 'rocket-log-after',
  text: `
    WITH page AS (
      SELECT *, sum(octet_length(content)) OVER (ORDER BY nr, number) AS bytes
      FROM (SELECT nr, channels.channel, message.number, content
            FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS channels (channel, after, nr)
              CROSS JOIN LATERAL (
                SELECT number, content FROM rocket_messages
                WHERE channel = channels.channel AND number > channels.after
                ORDER BY number LIMIT $3) AS message
            ORDER BY nr, message.number LIMIT $3) AS first
    )
    SELECT '[' || string_agg('[' || to_json(channel) || ',[' || contents || ']]', ',') || ']' AS page,
           (SELECT count(*) < $3 AND coalesce(max(bytes), 0) <= $4 FROM page) AS is_last,
           max(nr)::integer AS last_nr, (array_agg(last ORDER BY nr DESC))[1] AS last_number
    FROM (SELECT nr, channel, max(number) AS last,
                 string_agg(number || ',' || content, ',') AS contents
          FROM page WHERE bytes <= $4 GROUP BY nr, channel) AS parts`,
};

interface BeginningRow {
  readonly snapshot: string;
  readonly blocks: string;
  readonly messages: number;
}

interface ChannelRow {
  readonly channel: string;
  readonly through: string | null;
  readonly rocket: string | null;
  readonly duplicates: string | null;
  readonly conflicts: string | null;
  readonly rejected: string | null;
}

interface PageRow {
  readonly page: string | null;
}

interface BlocksRow extends PageRow {
  readonly is_too_large: boolean;
}

interface NumbersRow extends PageRow {
  readonly is_last: boolean;
  readonly last_nr: number | null;
  readonly last_number: string | null;
}

export interface ReplayOptions {
  /** False: every message is folded, as if no checkpoint had been made. */
  readonly usesCheckpoints: boolean;
  /** Of a message by an index, against one where it lies; 0: from the checkpoints always. */
  readonly indexCost?: number;
}

export interface Replayed {
  readonly tracks: Iterable<RocketTrack>;
  /** Of each channel that has one, up to where. */
  readonly checkpoints: ReadonlyMap<string, number>;
  /** What it does not see may be missing in the tracks. What it sees, no crash takes back. */
  readonly snapshot: string;
  readonly messageCount: number;
}

/**
 * Makes the tracks of all channels from the log: from the last checkpoint of each and what came after it,
 * or from all messages in the order in which they lie, whichever is less work.
 */
export async function replayLog(
  connections: LogConnections,
  options: ReplayOptions,
): Promise<Replayed> {
  // Before all else: what is committed meanwhile may be read twice, but not missed.
  const { snapshot, blocks, messages } = await begin(connections);
  const replay = new LogReplay(connections);
  await replay.readChannels(options);
  const tailMax = replay.tracks.size * HISTORY_PAGE_NUMBERS;
  const { usesCheckpoints, indexCost = INDEX_COST } = options;
  if (usesCheckpoints && tailMax * indexCost < messages) await replay.readTails();
  else await replay.readBlocks(Number(blocks));
  const { tracks, checkpoints, messageCount } = replay;
  return { tracks: tracks.values(), checkpoints, snapshot, messageCount };
}

const begin = (connections: LogConnections): Promise<BeginningRow> =>
  connections.transaction('BEGIN; SET LOCAL synchronous_commit = on', async (client) => {
    const { rows } = await client.query<BeginningRow>(BEGINNING);
    await client.query(FLUSH);
    const [beginning] = rows;
    if (beginning === undefined) throw new Error('PostgreSQL says nothing of its snapshot.');
    return beginning;
  });

class LogReplay {
  readonly tracks = new Map<string, RocketTrack>();
  readonly checkpoints = new Map<string, number>();
  messageCount = 0;

  constructor(private readonly connections: LogConnections) {}

  async readChannels({ usesCheckpoints }: ReplayOptions): Promise<void> {
    for (let after: string | null = ''; after !== null;) {
      const values = [after, CHANNELS_MAX, usesCheckpoints];
      const rows: ChannelRow[] = await this.connections.query<ChannelRow>(CHANNELS, values);
      for (const row of rows) {
        const track = trackOf(row);
        this.tracks.set(row.channel, track);
        if (row.through !== null) this.checkpoints.set(row.channel, track.taken.lowWater);
      }
      after = rows.length < CHANNELS_MAX ? null : (rows.at(-1)?.channel ?? null);
    }
  }

  /** The log is only ever added to, so what lies in a block stays there. */
  async readBlocks(blocks: number): Promise<void> {
    const ahead: Promise<void>[] = [];
    for (let from = 0; from < blocks || ahead.length > 0; from += BLOCKS) {
      if (from < blocks) {
        const answer = this.#readRange(from, from + BLOCKS);
        // Whoever waits for it hears of its fault; if an earlier one fails, nobody does.
        answer.catch(() => undefined);
        ahead.push(answer);
      }
      if (ahead.length > ANSWERS_AHEAD || from + BLOCKS >= blocks) await ahead.shift();
    }
  }

  async #readRange(from: number, to: number): Promise<void> {
    const values = [`(${from},0)`, `(${to},0)`, CONTENT_BYTES_MAX];
    const [row] = await this.connections.query<BlocksRow>(BLOCKS_OF_LOG, values);
    if (row?.is_too_large !== true) return this.#fold(row?.page ?? null);
    // A block has no room for so many that they were too large.
    const middle = Math.floor((from + to) / 2);
    if (middle === from) throw new Error(`Block ${from} of the log is too large.`);
    await this.#readRange(from, middle);
    await this.#readRange(middle, to);
  }

  async readTails(): Promise<void> {
    const channels = [...this.tracks.values()].map(({ channel, taken }) => ({
      channel,
      after: taken.lowWater,
    }));
    while (channels.length > 0) {
      const some = channels.slice(0, CHANNELS_MAX);
      const names = some.map(({ channel }) => channel);
      const marks = some.map(({ after }) => after);
      const values = [names, marks, MESSAGES_MAX, CONTENT_BYTES_MAX];
      const [row] = await this.connections.query<NumbersRow>(AFTER_NUMBERS, values);
      this.#fold(row?.page ?? null);
      const isAll = row?.is_last ?? true;
      channels.splice(0, isAll ? some.length : (row?.last_nr ?? 1) - 1);
      if (!isAll && channels[0]) channels[0].after = Number(row?.last_number);
    }
  }

  #fold(page: string | null): void {
    if (page === null) return;
    for (const [channel, contents] of JSON.parse(page) as [string, NumberedContents][]) {
      const before = this.tracks.get(channel) ?? newTrack(channel);
      this.tracks.set(channel, withContents(before, contents));
      this.messageCount += contents.length / 2;
    }
  }
}

function trackOf({ channel, through, rocket, ...counts }: ChannelRow): RocketTrack {
  const base =
    through === null || rocket === null
      ? { through: 0, rocket: UNKNOWN_ROCKET }
      : readCheckpoint({ through, rocket });
  return {
    ...newTrack(channel),
    rocket: base.rocket,
    taken: { lowWater: base.through, ranges: [], count: base.through },
    duplicateCount: Number(counts.duplicates),
    conflictCount: Number(counts.conflicts),
    rejectedCount: Number(counts.rejected),
  };
}
