/**
 * The Redis layout keeps a hash under the channel's own name, a set under `<channel>-processed`, and
 * the times of all channels under one fixed name. A channel that is named like one of these would
 * overwrite another's data there, so no store takes it.
 */
const RESERVED_NAME = 'latest_update_timestamp';
const RESERVED_ENDING = '-processed';

export const isReservedChannel = (channel: string): boolean =>
  channel === RESERVED_NAME || channel.endsWith(RESERVED_ENDING);
