import {
  type ContentParts,
  newTrack,
  readContentParts,
  type RocketTrack,
  UNKNOWN_ROCKET,
  withMessage,
} from '#common/domain';
import type { LogConnections, Statement } from './log-connections.js';
import { readCheckpoint } from './log-history.js';

/** Channels whose messages are read together. */
const CHANNELS_MAX = 500;
/** Messages in one answer, about a megabyte. */
const PAGE_MAX = 10_000;

const SNAPSHOT: Statement = {
  name: 'rocket-snapshot',
  text: 'SELECT pg_current_snapshot()::text AS snapshot',
};

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

/** One value for thousands of rows: the driver would take longer over rows than the fold does. */
const PAGE: Statement = {
  name: 'rocket-page',
  text: `
    SELECT '[' || string_agg(messages, ',') || ']' AS messages, sum(count)::integer AS count,
           max(nr)::integer AS last_nr, (array_agg(last ORDER BY nr DESC))[1] AS last_number
    FROM (
      SELECT nr, count(*) AS count, max(number) AS last,
             '[' || nr || ',[' || string_agg(number || ',' || content, ',') || ']]' AS messages
      FROM (
        SELECT nr, message.number, content
        FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS channels (channel, after, nr)
          CROSS JOIN LATERAL (
            SELECT number, content FROM rocket_messages
            WHERE channel = channels.channel AND number > channels.after
            ORDER BY number LIMIT $3) AS message
        ORDER BY nr, message.number LIMIT $3
      ) AS rows GROUP BY nr
    ) AS per_channel`,
};

interface ChannelRow {
  readonly channel: string;
  readonly through: string | null;
  readonly rocket: string | null;
  readonly duplicates: string | null;
  readonly conflicts: string | null;
  readonly rejected: string | null;
}

interface PageRow {
  readonly messages: string | null;
  readonly count: number | null;
  readonly last_nr: number | null;
  readonly last_number: string | null;
}

export interface ReplayOptions {
  /** False: every message is read, as if none had been made. */
  readonly usesCheckpoints: boolean;
}

export interface Replayed {
  /** All that it does not see may be missing in the tracks. */
  readonly snapshot: string;
  readonly messageCount: number;
}

/** Makes the tracks of all channels from the log: the last checkpoint of each, and what came after. */
export async function replayLog(
  connections: LogConnections,
  { usesCheckpoints }: ReplayOptions,
  onTrack: (track: RocketTrack, checkpointed: number) => void,
): Promise<Replayed> {
  // Before all else: what is committed meanwhile may be read twice, but not missed.
  const [{ snapshot } = { snapshot: '' }] = await connections.query<{ snapshot: string }>(
    SNAPSHOT,
    [],
  );
  let messageCount = 0;
  let after = '';
  for (;;) {
    const values = [after, CHANNELS_MAX, usesCheckpoints];
    const rows = await connections.query<ChannelRow>(CHANNELS, values);
    const tracks = rows.map(trackOf);
    const checkpoints = tracks.map(({ taken }) => taken.lowWater);
    messageCount += await readMessages(connections, tracks);
    tracks.forEach((track, nr) => onTrack(track, checkpoints[nr] ?? 0));
    after = rows.at(-1)?.channel ?? '';
    if (rows.length < CHANNELS_MAX) return { snapshot, messageCount };
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

/** Folds what the log has of these channels into their tracks, in place. */
async function readMessages(connections: LogConnections, tracks: RocketTrack[]): Promise<number> {
  const read = (from: number, after: number): Promise<PageRow[]> => {
    const rest = tracks.slice(from);
    const marks = rest.map(({ taken }, nr) => (nr === 0 ? after : taken.lowWater));
    return connections.query(PAGE, [rest.map(({ channel }) => channel), marks, PAGE_MAX]);
  };
  let messageCount = 0;
  let first = 0;
  let next: Promise<PageRow[]> | null = read(0, tracks[0]?.taken.lowWater ?? 0);
  while (next !== null) {
    const [page] = await next;
    const { messages = null, count = null, last_nr: lastNr = null } = page ?? {};
    const base = first;
    messageCount += count ?? 0;
    next = null;
    if (count === PAGE_MAX && lastNr !== null) {
      first += lastNr - 1;
      next = read(first, Number(page?.last_number));
      next.catch(() => undefined);
    }
    // PostgreSQL reads on meanwhile.
    if (messages !== null) foldPage(tracks, base, messages);
  }
  return messageCount;
}

/** Of each channel its place, counted from 1, and its messages. */
type Page = [nr: number, messages: (number | ContentParts)[]][];

function foldPage(tracks: RocketTrack[], base: number, text: string): void {
  for (const [nr, messages] of JSON.parse(text) as Page) {
    let track = tracks[base + nr - 1];
    if (track === undefined) continue;
    const { channel } = track;
    for (let at = 0; at < messages.length; at += 2) {
      const number = messages[at] as number;
      const content = readContentParts(messages[at + 1] as ContentParts);
      track = withMessage(track, { channel, number, ...content });
    }
    tracks[base + nr - 1] = track;
  }
}
