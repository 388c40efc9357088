import type { SitePosition } from './site.js';

/** A place with an antenna that ships are received at. */
export interface Station extends SitePosition {
  readonly name: string;
  /** Above the horizon: below it a ship does not count as in sight. */
  readonly elevationMinDegrees: number;
  /** What a contact over this station books. Stations may share one. */
  readonly antenna: string;
}

export const STATIONS_MAX = 1_000;
