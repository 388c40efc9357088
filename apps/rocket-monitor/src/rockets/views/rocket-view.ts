import type { Rocket, RocketTrack } from '#common/domain';

/** `best-effort`: by all messages that were taken; `exact`: by those up to the first that is missing. */
export const ROCKET_VIEWS = ['best-effort', 'exact'] as const;
export type RocketViewKind = (typeof ROCKET_VIEWS)[number];

export interface RocketViewQuery {
  readonly view: RocketViewKind;
  /** The highest message number that may count; null: all may. */
  readonly asOf: number | null;
}

/** One rocket as it was asked for: the account is the track's, the state is `rocket`. */
export interface RocketView extends RocketViewQuery {
  readonly track: RocketTrack;
  readonly rocket: Rocket;
}

/** All that is believed now. */
export const latestView = (track: RocketTrack): RocketView => ({
  track,
  rocket: track.rocket,
  view: 'best-effort',
  asOf: null,
});
