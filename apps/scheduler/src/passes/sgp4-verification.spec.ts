import { describe, expect, it } from 'vitest';
import { Orbit } from './orbit.js';
import { readTle } from './tle.js';

interface VerificationCase {
  readonly says: string;
  readonly tle: readonly [string, string];
  /** Minutes since the epoch; kilometres and kilometres per second in TEME. */
  readonly states: readonly (readonly number[])[];
}

/**
 * From the verification run published with "Revisiting Spacetrack Report #3" (Vallado, Crawford, Hujsak,
 * Kelso, AIAA 2006-6753): SGP4-VER.TLE and tcppver.out.
 */
const CASES: readonly VerificationCase[] = [
  {
    says: '00005, near the Earth and eccentric',
    tle: [
      '1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753',
      '2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667',
    ],
    states: [
      [0, 7022.46529266, -1400.08296755, 0.03995155, 1.893841015, 6.405893759, 4.53480725],
      [
        360, -7154.03120202, -3783.17682504, -3536.19412294, 4.741887409, -4.151817765,
        -2.093935425,
      ],
      [4320, -9060.47373569, 4658.70952502, 813.68673153, -2.232832783, -4.11045349, -3.157345433],
    ],
  },
  {
    says: '06251, with much drag',
    tle: [
      '1 06251U 62025E   06176.82412014  .00008885  00000-0  12808-3 0  3985',
      '2 06251  58.0579  54.0425 0030035 139.1568 221.1854 15.56387291  6774',
    ],
    states: [
      [0, 3988.31022699, 5498.96657235, 0.90055879, -3.290032738, 2.35765282, 6.496623475],
      [2880, 1159.27802897, 5056.60175495, 4353.49418579, -5.968060341, -2.314790406, 4.230722669],
    ],
  },
  {
    says: '28057, sun-synchronous',
    tle: [
      '1 28057U 03049A   06177.78615833  .00000060  00000-0  35940-4 0  1836',
      '2 28057  98.4283 247.6961 0000884  88.1964 271.9322 14.35478080140550',
    ],
    states: [
      [0, -2715.28237486, -6619.26436889, -0.01341443, -1.008587273, 0.422782003, 7.385272942],
      [2880, 1788.4233458, 1990.50530957, -6640.59337725, -2.074169091, -6.683381288, -2.562777776],
    ],
  },
  {
    says: '08195, of twelve hours: the moon and the sun pull',
    tle: [
      '1 08195U 75081A   06176.33215444  .00000099  00000-0  11873-3 0   813',
      '2 08195  64.1586 279.0717 6877146 264.7651  20.2257  2.00491383225656',
    ],
    states: [
      [0, 2349.8948335, -14785.93811562, 0.02119378, 2.721488096, -3.256811655, 4.498416672],
      [2880, 3417.20931586, -16038.79510665, 1894.74934058, 2.585515864, -2.596818146, 4.456882556],
    ],
  },
  {
    says: '25954, geostationary',
    tle: [
      '1 25954U 99060A   04039.68057285 -.00000108  00000-0  00000-0 0  6847',
      '2 25954   0.0004 243.8136 0001765  15.5294  22.7134  1.00271289 15615',
    ],
    states: [
      [-1440, 8118.18519221, -41368.40537378, 4.11046687, 3.017696741, 0.591994297, 0.000933016],
      [1440, 9533.27750818, -41065.52390214, 3.30756482, 2.995596171, 0.695200236, 0.000938525],
    ],
  },
];

describe('SGP4 against its published verification', () => {
  it.each(CASES)('gives the same places and speeds for $says', ({ tle, states }) => {
    const elements = readTle(tle);
    const orbit = new Orbit('a ship', elements);
    for (const [minutes = 0, ...expected] of states) {
      const { position, velocity } = orbit.at(elements.epoch + minutes * 60_000_000);
      const found = [position.x, position.y, position.z, velocity.x, velocity.y, velocity.z];
      const errors = found.map((value, at) => Math.abs(value - expected[at]!));
      // Ten metres. The published run takes another sidereal time where the sun and the moon pull.
      expect(Math.max(...errors.slice(0, 3))).toBeLessThan(0.01);
      expect(Math.max(...errors.slice(3))).toBeLessThan(0.000_01);
    }
  });
});
