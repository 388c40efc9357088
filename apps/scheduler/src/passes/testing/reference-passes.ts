import { type Instant, parseInstant } from '#common/domain';
import type { SitePosition } from '../site.js';

/**
 * Passes of 2024-09-22 as another program computes them. They were made once, with Skyfield 1.45
 * and its own Earth orientation (`EarthSatellite`, `wgs84.latlon`, `altaz()` without refraction), each rise and
 * set bisected and each culmination narrowed down to a millisecond. For those of low orbits, PyEphem 4.1.4,
 * which has an SGP4 and a sidereal time of its own, agrees with Skyfield to 0.13 s.
 *
 * A line is a pass: rise and azimuth | culmination, elevation and range in km | set and azimuth.
 */
export interface ReferenceCase {
  readonly orbit: string;
  readonly tle: readonly [string, string];
  readonly station: SitePosition & { readonly name: string };
  readonly elevationMinDegrees: number;
  readonly passes: string;
}

export interface ReferencePass {
  readonly rise: { readonly at: Instant; readonly azimuth: number } | null;
  readonly culmination: {
    readonly at: Instant;
    readonly elevation: number;
    readonly rangeKm: number;
  };
  readonly set: { readonly at: Instant; readonly azimuth: number } | null;
}

export const REFERENCE_WINDOW = {
  from: instantOf('09-22T00:00:00.000'),
  to: instantOf('09-23T00:03:00.000'),
};

export function referencePassesOf({ passes }: ReferenceCase): ReferencePass[] {
  const lines = passes.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [rise = '', highest = '', set = ''] = line.split(' | ');
      const [at = '', elevation, range] = highest.split(' ');
      return {
        rise: edgeOf(rise),
        culmination: {
          at: instantOf(at),
          elevation: Number(elevation),
          rangeKm: Number(range),
        },
        set: edgeOf(set),
      };
    });
}

function edgeOf(text: string): ReferencePass['rise'] {
  if (text === '-') return null;
  const [at = '', azimuth] = text.split(' ');
  return { at: instantOf(at), azimuth: Number(azimuth) };
}

function instantOf(text: string): Instant {
  const instant = parseInstant(`2024-${text}Z`);
  if (instant === null) throw new Error(`No time: ${text}`);
  return instant;
}

export const REFERENCE_CASES: readonly ReferenceCase[] = [
  {
    orbit: 'like the ISS, 51.6°',
    tle: [
      '1 25544U 98067A   24265.51782528  .00016717  00000-0  29610-3 0  9990',
      '2 25544  51.6390 208.9163 0006317  69.9862  25.2906 15.50377579470006',
    ],
    station: {
      name: 'Kiruna',
      latitudeDegrees: 67.8571,
      longitudeDegrees: 20.9643,
      altitudeMetres: 402,
    },
    elevationMinDegrees: 5,
    passes: `

    `,
  },
  {
    orbit: 'like the ISS, 51.6°',
    tle: [
      '1 25544U 98067A   24265.51782528  .00016717  00000-0  29610-3 0  9990',
      '2 25544  51.6390 208.9163 0006317  69.9862  25.2906 15.50377579470006',
    ],
    station: {
      name: 'Singapore',
      latitudeDegrees: 1.3521,
      longitudeDegrees: 103.8198,
      altitudeMetres: 15,
    },
    elevationMinDegrees: 10,
    passes: `
      09-22T06:31:48.155 208.16 | 09-22T06:35:06.567 65.59 452.8 | 09-22T06:38:23.487 42.59
      09-22T18:06:49.686 336.23 | 09-22T18:10:04.772 53.44 510.4 | 09-22T18:13:21.224 132.85
    `,
  },
  {
    orbit: 'like the ISS, 51.6°',
    tle: [
      '1 25544U 98067A   24265.51782528  .00016717  00000-0  29610-3 0  9990',
      '2 25544  51.6390 208.9163 0006317  69.9862  25.2906 15.50377579470006',
    ],
    station: {
      name: 'Santiago',
      latitudeDegrees: -33.4489,
      longitudeDegrees: -70.6693,
      altitudeMetres: 570,
    },
    elevationMinDegrees: 0,
    passes: `
      09-22T07:25:52.602 342.33 | 09-22T07:30:56.424 22.62 959.2 | 09-22T07:36:04.509 119.73
      09-22T09:02:17.776 290.53 | 09-22T09:07:33.344 27.84 836.9 | 09-22T09:12:53.024 142.91
      09-22T10:41:29.782 241.64 | 09-22T10:45:14.474 5.88 1829.6 | 09-22T10:49:00.050 155.40
      09-22T12:21:02.931 206.52 | 09-22T12:23:43.310 2.50 2136.2 | 09-22T12:26:23.564 148.06
      09-22T13:57:50.298 206.74 | 09-22T14:02:04.151 8.44 1630.8 | 09-22T14:06:16.239 106.39
      09-22T15:33:59.498 221.72 | 09-22T15:39:29.242 48.45 559.1 | 09-22T15:44:53.537 56.97
      09-22T17:11:17.702 249.40 | 09-22T17:15:50.866 12.13 1376.5 | 09-22T17:20:20.897 2.32
    `,
  },
  {
    orbit: 'sun-synchronous, 98.7°',
    tle: [
      '1 43013U 17073A   24265.20833333  .00000234  00000-0  13000-3 0  9999',
      '2 43013  98.7300 201.4500 0001200  95.1234 265.0100 14.19550000350006',
    ],
    station: {
      name: 'Kiruna',
      latitudeDegrees: 67.8571,
      longitudeDegrees: 20.9643,
      altitudeMetres: 402,
    },
    elevationMinDegrees: 5,
    passes: `
      09-22T00:01:55.075 22.46 | 09-22T00:08:10.570 40.52 1199.5 | 09-22T00:14:23.611 170.89
      09-22T01:42:21.228 24.11 | 09-22T01:48:50.158 74.95 863.6 | 09-22T01:55:17.077 215.42
      09-22T03:22:36.587 30.31 | 09-22T03:28:35.187 33.87 1347.8 | 09-22T03:34:32.861 255.96
      09-22T05:02:18.731 43.63 | 09-22T05:07:41.516 22.12 1743.0 | 09-22T05:13:04.073 290.72
      09-22T06:41:11.525 67.73 | 09-22T06:46:32.950 21.88 1753.8 | 09-22T06:51:54.569 315.41
      09-22T08:19:42.215 102.08 | 09-22T08:25:37.864 32.83 1374.9 | 09-22T08:31:34.379 329.21
      09-22T09:58:54.247 142.40 | 09-22T10:05:20.457 71.54 877.3 | 09-22T10:11:48.609 335.69
      09-22T11:39:41.624 186.70 | 09-22T11:45:56.943 42.77 1158.8 | 09-22T11:52:14.718 337.55
      09-22T13:22:51.055 237.47 | 09-22T13:27:38.598 15.19 2094.9 | 09-22T13:32:27.611 334.40
      09-22T22:03:03.788 27.85 | 09-22T22:07:12.329 11.58 2330.0 | 09-22T22:11:19.808 108.38
      09-22T23:43:05.613 22.63 | 09-22T23:49:11.027 33.36 1359.1 | 09-22T23:55:14.081 161.97
    `,
  },
  {
    orbit: 'sun-synchronous, 98.7°',
    tle: [
      '1 43013U 17073A   24265.20833333  .00000234  00000-0  13000-3 0  9999',
      '2 43013  98.7300 201.4500 0001200  95.1234 265.0100 14.19550000350006',
    ],
    station: {
      name: 'Singapore',
      latitudeDegrees: 1.3521,
      longitudeDegrees: 103.8198,
      altitudeMetres: 15,
    },
    elevationMinDegrees: 10,
    passes: `
      09-22T06:17:31.559 164.24 | 09-22T06:22:55.085 80.40 840.0 | 09-22T06:28:17.166 350.65
      09-22T17:19:53.247 69.80 | 09-22T17:22:47.401 14.74 2106.7 | 09-22T17:25:41.443 135.92
      09-22T18:57:50.933 348.16 | 09-22T19:02:42.830 35.82 1287.3 | 09-22T19:07:36.357 217.52
    `,
  },
  {
    orbit: 'polar, 90°, low',
    tle: [
      '1 36508U 10013A   24265.40000000  .00012000  00000-0  18000-3 0  9995',
      '2 36508  90.0300 120.5000 0012000 300.0000  60.0000 15.40000000800004',
    ],
    station: {
      name: 'Santiago',
      latitudeDegrees: -33.4489,
      longitudeDegrees: -70.6693,
      altitudeMetres: 570,
    },
    elevationMinDegrees: 0,
    passes: `
      09-22T00:28:11.082 7.53 | 09-22T00:33:36.947 73.26 476.4 | 09-22T00:39:06.901 180.04
      09-22T02:04:41.857 291.24 | 09-22T02:07:27.657 2.91 2158.2 | 09-22T02:10:14.497 229.37
      09-22T11:53:00.810 161.12 | 09-22T11:58:05.705 21.37 1046.9 | 09-22T12:03:06.013 24.00
      09-22T13:26:41.442 201.25 | 09-22T13:31:17.313 13.45 1375.0 | 09-22T13:35:50.801 317.06
      09-22T23:52:20.860 30.30 | 09-22T23:57:23.385 22.61 1019.7 | 09-23T00:02:28.586 166.53
    `,
  },
  {
    orbit: 'polar, 90°, low',
    tle: [
      '1 36508U 10013A   24265.40000000  .00012000  00000-0  18000-3 0  9995',
      '2 36508  90.0300 120.5000 0012000 300.0000  60.0000 15.40000000800004',
    ],
    station: {
      name: 'Svalbard',
      latitudeDegrees: 78.2297,
      longitudeDegrees: 15.3975,
      altitudeMetres: 450,
    },
    elevationMinDegrees: 3,
    passes: `
      - | 09-22T00:02:14.068 13.67 1399.8 | 09-22T00:05:59.686 294.97
      09-22T01:30:51.071 61.13 | 09-22T01:34:34.466 13.38 1414.4 | 09-22T01:38:18.418 318.79
      09-22T03:02:57.601 90.87 | 09-22T03:07:00.008 17.37 1225.3 | 09-22T03:11:03.460 335.48
      09-22T04:35:13.831 125.20 | 09-22T04:39:41.709 28.66 880.1 | 09-22T04:44:11.386 347.24
      09-22T06:08:03.100 161.77 | 09-22T06:12:47.785 61.82 522.9 | 09-22T06:17:34.953 356.54
      09-22T07:41:38.015 199.16 | 09-22T07:46:22.970 54.86 559.9 | 09-22T07:51:10.452 5.25
      09-22T09:15:59.554 236.30 | 09-22T09:20:28.057 26.20 937.6 | 09-22T09:24:58.443 14.96
      09-22T10:50:55.600 271.48 | 09-22T10:54:59.240 16.28 1272.7 | 09-22T10:59:03.970 27.75
      09-22T12:26:00.182 301.67 | 09-22T12:29:47.512 13.03 1433.8 | 09-22T12:33:35.358 46.45
      09-22T14:00:45.381 324.13 | 09-22T14:04:39.363 14.12 1377.3 | 09-22T14:08:33.453 73.09
      09-22T15:35:02.291 339.39 | 09-22T15:39:20.197 20.22 1117.9 | 09-22T15:43:37.770 106.26
      09-22T17:08:57.784 350.27 | 09-22T17:13:38.620 36.94 735.0 | 09-22T17:18:18.666 142.70
      09-22T18:42:38.974 359.24 | 09-22T18:47:28.446 86.22 467.8 | 09-22T18:52:16.951 180.06
      09-22T20:16:08.534 8.04 | 09-22T20:20:48.386 40.26 691.2 | 09-22T20:25:27.540 217.09
      09-22T21:49:24.853 18.31 | 09-22T21:53:41.259 21.59 1071.8 | 09-22T21:57:57.421 252.70
      09-22T23:22:22.134 32.23 | 09-22T23:26:13.523 14.74 1346.3 | 09-22T23:30:05.024 285.01
    `,
  },
  {
    orbit: 'eccentric, 12 hours',
    tle: [
      '1 08195U 75081A   24265.33215444  .00000099  00000-0  11873-3 0  8135',
      '2 08195  64.1586 279.0717 6877146 264.7651  20.2257  2.00491383225656',
    ],
    station: {
      name: 'Singapore',
      latitudeDegrees: 1.3521,
      longitudeDegrees: 103.8198,
      altitudeMetres: 15,
    },
    elevationMinDegrees: 10,
    passes: `
      09-22T07:52:59.978 92.79 | 09-22T09:18:56.693 13.06 28006.5 | 09-22T12:24:03.450 23.06
    `,
  },
  {
    orbit: 'eccentric, 12 hours',
    tle: [
      '1 08195U 75081A   24265.33215444  .00000099  00000-0  11873-3 0  8135',
      '2 08195  64.1586 279.0717 6877146 264.7651  20.2257  2.00491383225656',
    ],
    station: {
      name: 'Santiago',
      latitudeDegrees: -33.4489,
      longitudeDegrees: -70.6693,
      altitudeMetres: 570,
    },
    elevationMinDegrees: 0,
    passes: `
      09-22T19:12:34.823 207.64 | 09-22T19:24:51.335 29.86 4307.1 | 09-22T20:14:09.162 53.34
    `,
  },
];
