import type { ContactState } from '#common/domain';
import { formatInstant } from '#common/domain';
import type { ContactChanged } from './change-log.port.js';

/** What clients are told of a change. */
export const changeDataOf = ({ number, at, by, reason, state, contact }: ContactChanged) => ({
  ...contact,
  number,
  at: formatInstant(at),
  by,
  reason,
  state,
});

/** Which changes somebody wants to hear of; an empty list: any. */
export interface ChangeFilter {
  readonly shipNames: readonly string[];
  readonly antennas: readonly string[];
  readonly channels: readonly string[];
  readonly states: readonly ContactState[];
}

export const ALL_CHANGES: ChangeFilter = { shipNames: [], antennas: [], channels: [], states: [] };

export const isWanted = (filter: ChangeFilter, { state, contact }: ContactChanged): boolean =>
  isAmong(filter.states, state) &&
  isAmong(filter.shipNames, contact.ship_name) &&
  isAmong(filter.antennas, contact.antenna) &&
  isAmong(filter.channels, contact.channel);

const isAmong = <T>(wanted: readonly T[], value: T | null): boolean =>
  wanted.length === 0 || (value !== null && wanted.includes(value));
