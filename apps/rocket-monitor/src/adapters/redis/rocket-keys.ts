import { OWN_KEYS_BEGINNING } from '#common/domain';

/**
 * The names of the store's keys, all behind `REDIS_PREFIX`. Other clients read the first three; the
 * scripts make those of one channel themselves, from the prefix.
 *
 * ```text
 * HASH <channel>                          what is known: type, speed, mission, exploded_reason, …
 * SET  <channel>-processed                numbers taken above the low-water mark
 * HASH latest_update_timestamp            channel → time of its newest message
 * HASH perigee:rocket:<channel>           the account: mark, count, gaps, duplicates, conflicts, …
 * ZSET perigee:taken:<channel>            ranges of numbers above the mark: from, sorted by to
 * STR  perigee:digests:<page>:<channel>   4 bytes per number, for telling a conflict
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
}

export function rocketKeys(prefix: string): RocketKeys {
  const own = (name: string): string => `${prefix}${OWN_KEYS_BEGINNING}${name}`;
  return {
    prefix,
    channels: own('rockets'),
    rejected: own('rejected'),
    outbox: own('rocket-outbox'),
    openGaps: own('open-gaps'),
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
    own = own
  }
end
`;
