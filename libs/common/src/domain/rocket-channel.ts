/**
 * The Redis layout keeps a hash under the channel's own name, a set under `<channel>-processed`, and
 * the times of all channels under one fixed name; beside them stand Bull's keys and further ones of
 * ours. A channel that is named like one of these would overwrite another's data there, so no store
 * takes it.
 */
const RESERVED_NAME = 'latest_update_timestamp';
const RESERVED_ENDING = '-processed';
/** What our further keys in Redis begin with. */
export const OWN_KEYS_BEGINNING = 'perigee:';
const RESERVED_BEGINNINGS = [OWN_KEYS_BEGINNING, 'bull:'];

export const isReservedChannel = (channel: string): boolean =>
  channel === RESERVED_NAME ||
  channel.endsWith(RESERVED_ENDING) ||
  RESERVED_BEGINNINGS.some((beginning) => channel.startsWith(beginning));
