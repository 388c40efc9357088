/** Where a station stands, on the ellipsoid WGS 84. */
export interface SitePosition {
  readonly latitudeDegrees: number;
  readonly longitudeDegrees: number;
  readonly altitudeMetres: number;
}

export interface Vector {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** A station in the frame that turns with the Earth: kilometres, and the directions around it. */
export interface Site {
  readonly position: Vector;
  readonly up: Vector;
  readonly north: Vector;
  readonly east: Vector;
}

const EQUATOR_KM = 6_378.137;
const FLATTENING = 1 / 298.257223563;
const ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING);
export const RADIANS_PER_DEGREE = Math.PI / 180;

export function siteAt({ latitudeDegrees, longitudeDegrees, altitudeMetres }: SitePosition): Site {
  const latitude = latitudeDegrees * RADIANS_PER_DEGREE;
  const longitude = longitudeDegrees * RADIANS_PER_DEGREE;
  const [sinLat, cosLat] = [Math.sin(latitude), Math.cos(latitude)];
  const [sinLon, cosLon] = [Math.sin(longitude), Math.cos(longitude)];
  const curvature = EQUATOR_KM / Math.sqrt(1 - ECCENTRICITY_SQUARED * sinLat ** 2);
  const altitude = altitudeMetres / 1_000;
  const across = (curvature + altitude) * cosLat;
  return {
    position: {
      x: across * cosLon,
      y: across * sinLon,
      z: (curvature * (1 - ECCENTRICITY_SQUARED) + altitude) * sinLat,
    },
    up: { x: cosLat * cosLon, y: cosLat * sinLon, z: sinLat },
    north: { x: -sinLat * cosLon, y: -sinLat * sinLon, z: cosLat },
    east: { x: -sinLon, y: cosLon, z: 0 },
  };
}

export const dot = (a: Vector, b: Vector): number => a.x * b.x + a.y * b.y + a.z * b.z;
