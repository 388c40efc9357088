import { OWN_KEYS_BEGINNING } from '#common/domain';

/**
 * The names of the store's keys, all behind `REDIS_PREFIX`. Other clients read the first three; the
 * scripts make those of one channel themselves, from the prefix.
 *
 * ```text
 * HASH <channel>                          what is known: type, speed, mission, exploded_reason, …
 * SET  <channel>-processed                numbers taken above the low-water mark
 * HASH latest_update_timestamp            channel → time of its newest message
 * HASH perigee:rocket:<channel>           the account: mark, count, gaps, floor, duplicates, …
 * ZSET perigee:taken:<channel>            ranges of numbers above the mark: from, sorted by to
 * HASH perigee:messages:<channel>         number in 16 digits → content, of all above the floor
 * ZSET perigee:arrivals:<channel>         the same numbers, sorted by receivedAt
 * ZSET perigee:checkpoints:<channel>      checkpoints as JSON, sorted by through
 * ```
 */
export interface RocketKeys {
  readonly prefix: string;
  /** Sorted by name. */
  readonly channels: string;
  /** The list of refused bodies, the newest first. */
  readonly rejected: string;
  /** What the keys of the outbox begin with. */
  readonly outbox: string;
  /** How many gaps are open in all channels together. */
  readonly openGaps: string;
  /** How many messages are above the low-water marks of all channels together. */
  readonly parked: string;
  /** The list of pages that may be forgotten, `<through> <channel>`, the oldest first. */
  readonly historyPages: string;
  /** How many times a script has changed rockets. */
  readonly revision: string;
  /** No key, but the channel on which the monitors tell each other what has changed. */
  readonly changes: string;
}

export function rocketKeys(prefix: string): RocketKeys {
  const own = (name: string): string => `${prefix}${OWN_KEYS_BEGINNING}${name}`;
  return {
    prefix,
    channels: own('rockets'),
    rejected: own('rejected'),
    outbox: own('rocket-outbox'),
    openGaps: own('open-gaps'),
    parked: own('parked'),
    historyPages: own('history-pages'),
    revision: own('revision'),
    changes: own('changes'),
  };
}

/** For the scripts: the keys of one channel. */
export const CHANNEL_KEYS_LUA = `
local function channel_keys(prefix, channel)
  local own = prefix .. '${OWN_KEYS_BEGINNING}'
  return {
    state = prefix .. channel,
    processed = prefix .. channel .. '-processed',
    latest = prefix .. 'latest_update_timestamp',
    account = own .. 'rocket:' .. channel,
    taken = own .. 'taken:' .. channel,
    messages = own .. 'messages:' .. channel,
    arrivals = own .. 'arrivals:' .. channel,
    checkpoints = own .. 'checkpoints:' .. channel
  }
end
`;

/** For the scripts: whole numbers up to 2^53, which Lua's own \`tostring\` does not write out. */
export const DECIMAL_LUA = `
local function decimal(number) return string.format('%.0f', number) end
-- All of one length, so that their order by text is the one by number.
local function padded(number) return string.format('%016.0f', number) end
`;
