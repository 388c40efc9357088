/** The words of the public rockets program. */
export const ROCKET_TYPES = [
  'Antares',
  'Athena',
  'Atlas-H',
  'Conestoga',
  'Delta-5000',
  'Electron',
  'Falcon-1',
  'Falcon-9',
  'Juno-I',
  'Juno-II',
  'New-Shepard',
  'Pegasus',
  'PGM-19-Jupiter',
  'Saturn-I',
  'Scout',
  'Thor-Able',
  'Thor-Agena',
  'Thor-Delta',
  'Titan-IIID',
  'Titan-IV',
] as const;

export const MISSIONS = [
  'APOLLO',
  'APOLLO_SOYUZ',
  'ARTEMIS',
  'GEMINI',
  'MERCURY',
  'SHUTTLE_MIR',
  'SKYLAB',
] as const;

export const EXPLOSION_REASONS = [
  'FROZEN_O_RINGS',
  'PRESSURE_VESSEL_FAILURE',
  'SYSTEM_MALFUNCTION',
  'UNKNOWN_OBJECT_COLLISION',
] as const;
