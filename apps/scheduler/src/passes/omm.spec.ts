import { describe, expect, it } from 'vitest';
import { ValidationException } from '#common/platform';
import { keptOmm, readOmm } from './omm.js';
import { ISS_TLE } from './testing/orbits.js';
import { readTle } from './tle.js';

/** The elements of `ISS_TLE` as a catalogue hands them out, with fields that nobody needs here. */
const ISS_OMM = {
  OBJECT_NAME: 'ISS (ZARYA)',
  OBJECT_ID: '1998-067A',
  EPOCH: '2008-09-20T12:25:40.104192',
  MEAN_MOTION: 15.72125391,
  ECCENTRICITY: 0.0006703,
  INCLINATION: 51.6416,
  RA_OF_ASC_NODE: 247.4627,
  ARG_OF_PERICENTER: 130.536,
  MEAN_ANOMALY: 325.0288,
  EPHEMERIS_TYPE: 0,
  CLASSIFICATION_TYPE: 'U',
  NORAD_CAT_ID: 25544,
  ELEMENT_SET_NO: 292,
  REV_AT_EPOCH: 56353,
  BSTAR: -1.1606e-5,
  MEAN_MOTION_DOT: -2.182e-5,
  MEAN_MOTION_DDOT: 0,
};

function faultsOf(given: object): readonly string[] {
  try {
    readOmm(keptOmm({ ...ISS_OMM, ...given }));
  } catch (fault) {
    if (fault instanceof ValidationException)
      return fault.errors.map(({ field, message }) => `${field}: ${message}`);
    throw fault;
  }
  return [];
}

describe('An orbit mean-elements message', () => {
  it('says the same as the two lines of that orbit', () => {
    expect(readOmm(keptOmm(ISS_OMM))).toEqual(readTle(ISS_TLE));
  });

  it('may have its numbers as text, and say what it goes without saying', () => {
    const texts = Object.entries(ISS_OMM).map(([name, value]) => [name, String(value)]);
    const fixed = {
      CENTER_NAME: 'EARTH',
      REF_FRAME: 'TEME',
      TIME_SYSTEM: 'UTC',
      MEAN_ELEMENT_THEORY: 'SGP4',
    };
    const message = { ...Object.fromEntries(texts), ...fixed, EPOCH: `${ISS_OMM.EPOCH}Z` };
    expect(readOmm(keptOmm(message))).toEqual(readOmm(keptOmm(ISS_OMM)));
  });

  it('is kept without what is not used', () => {
    expect(keptOmm({ ...ISS_OMM, COMMENT: 'x'.repeat(10_000), MASS: null })).not.toHaveProperty(
      'COMMENT',
    );
  });

  it.each([
    [{ MEAN_ELEMENT_THEORY: 'DSST' }, 'omm.MEAN_ELEMENT_THEORY: MEAN_ELEMENT_THEORY must be SGP4'],
    [{ MEAN_ELEMENT_THEORY: 'SGP4-XP' }, 'omm.MEAN_ELEMENT_THEORY'],
    [{ REF_FRAME: 'GCRF' }, 'omm.REF_FRAME: REF_FRAME must be TEME'],
    [{ CENTER_NAME: 'MARS BARYCENTER' }, 'omm.CENTER_NAME: CENTER_NAME must be EARTH'],
    [{ TIME_SYSTEM: 'TAI' }, 'omm.TIME_SYSTEM: TIME_SYSTEM must be UTC'],
    [{ EPHEMERIS_TYPE: 4 }, 'omm.EPHEMERIS_TYPE: EPHEMERIS_TYPE must be 0'],
    [{ EPOCH: '2008-09-31T12:25:40' }, 'omm.EPOCH: EPOCH must be a UTC time'],
    [{ EPOCH: '2008-09-20T12:25:40+02:00' }, 'omm.EPOCH'],
    [{ EPOCH: null }, 'omm.EPOCH'],
    [{ MEAN_MOTION: 0 }, 'omm.MEAN_MOTION: MEAN_MOTION must be from 0.02 to 18'],
    [{ MEAN_MOTION: 18.1 }, 'omm.MEAN_MOTION'],
    [{ MEAN_MOTION: '15,7' }, 'omm.MEAN_MOTION: MEAN_MOTION must be a number'],
    [{ MEAN_MOTION: '0x10' }, 'omm.MEAN_MOTION: MEAN_MOTION must be a number'],
    [{ MEAN_MOTION: 'NaN' }, 'omm.MEAN_MOTION'],
    [{ MEAN_MOTION: {} }, 'omm.MEAN_MOTION: MEAN_MOTION must be a number or text'],
    [{ ECCENTRICITY: 1 }, 'omm.ECCENTRICITY'],
    [{ ECCENTRICITY: -0.1 }, 'omm.ECCENTRICITY'],
    [{ INCLINATION: 180.1 }, 'omm.INCLINATION'],
    [{ RA_OF_ASC_NODE: 360.1 }, 'omm.RA_OF_ASC_NODE'],
    [{ BSTAR: true }, 'omm.BSTAR'],
    [{ NORAD_CAT_ID: 'a\0b' }, 'omm.NORAD_CAT_ID'],
  ])('is refused with %j', (given, fault) => {
    const faults = faultsOf(given);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });

  it('is refused with all its faults at once', () => {
    expect(faultsOf({ EPOCH: null, BSTAR: null, REF_FRAME: 'GCRF' })).toHaveLength(3);
  });
});
