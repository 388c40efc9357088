import { newTrack, type RocketArrival, type RocketTrack, withMessage } from '#common/domain';
import { until } from '../../../../../../test/support/until.js';
import { message } from '../../../rockets/testing/arrivals.js';
import type { PostgresRocketStore } from '../postgres-rocket.store.js';

/** A poll that does not come within a test. */
export const NEVER_MS = 3_600_000;

export const exploded = (channel: string, number: number, reason: string): RocketArrival =>
  message(channel, number, { type: 'RocketExploded', reason });

export const trackOf = async (
  store: PostgresRocketStore,
  channel: string,
): Promise<RocketTrack | null | undefined> => (await store.find([channel]))[0];

/** What the messages come to, however they came. */
export const foldOf = (channel: string, arrivals: readonly RocketArrival[]): RocketTrack =>
  arrivals.reduce(withMessage, newTrack(channel));

/** As rockets do: again and again until it is taken. */
export async function insist(store: PostgresRocketStore, arrival: RocketArrival): Promise<string> {
  let outcome = '';
  await until(async () => {
    outcome = (await store.take(arrival)).outcome;
  }, 60_000);
  return outcome;
}
