/** One field of a line: the columns are counted from 1, and both are inside. */
export interface TleColumn {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly form: RegExp;
  /** The form in words. */
  readonly meaning: string;
}

export const TLE_LINE_CHARS = 69;

const column = (
  name: string,
  [first, last]: readonly [number, number],
  form: RegExp,
  meaning: string,
): TleColumn => ({ name, first, last, form, meaning });

const blanks = (...columns: readonly number[]): TleColumn[] =>
  columns.map((at) => column('column', [at, at], /^ $/, 'blank'));

const lineNumber = (digit: 1 | 2): TleColumn =>
  column('line number', [1, 1], new RegExp(`^${digit}$`), String(digit));

/** Five digits, or a letter and four; I and O are left out, they look like digits. */
const CATALOG_NUMBER = column(
  'catalog number',
  [3, 7],
  /^(?:[A-HJ-NP-Z]\d{4}|[ \d]{4}\d)$/,
  'five digits, or a letter other than I and O and four digits',
);
const CHECKSUM = column('check sum', [69, 69], /^\d$/, 'a digit');

const degrees = (name: string, columns: readonly [number, number]): TleColumn =>
  column(name, columns, /^ {0,2}\d{1,3}\.\d{4}$/, 'degrees such as 051.6416');
const power = (name: string, columns: readonly [number, number]): TleColumn =>
  column(name, columns, /^[ +-]\d{5}[ +-]\d$/, 'a sign, five digits, a sign and a digit');

const LINE_1: readonly TleColumn[] = [
  lineNumber(1),
  ...blanks(2),
  CATALOG_NUMBER,
  column('classification', [8, 8], /^[UCS ]$/, 'U, C or S'),
  ...blanks(9),
  column('international designator', [10, 17], /^[A-Z\d ]{8}$/, 'letters, digits and blanks'),
  ...blanks(18),
  column('year of the epoch', [19, 20], /^\d\d$/, 'two digits'),
  column('day of the epoch', [21, 32], /^[ \d]{2}\d\.\d{8}$/, 'a day such as 264.51782528'),
  ...blanks(33),
  column('change of the mean motion', [34, 43], /^[ +-]\.\d{8}$/, 'a sign, a point, eight digits'),
  ...blanks(44),
  power('second change of the mean motion', [45, 52]),
  ...blanks(53),
  power('drag term', [54, 61]),
  ...blanks(62),
  // Elements of another theory, such as 4 for SGP4-XP, would give other places.
  column('ephemeris type', [63, 63], /^[0 ]$/, '0'),
  ...blanks(64),
  column('element set number', [65, 68], /^[ \d]{4}$/, 'digits'),
  CHECKSUM,
];

const LINE_2: readonly TleColumn[] = [
  lineNumber(2),
  ...blanks(2),
  CATALOG_NUMBER,
  ...blanks(8),
  degrees('inclination', [9, 16]),
  ...blanks(17),
  degrees('right ascension of the ascending node', [18, 25]),
  ...blanks(26),
  column('eccentricity', [27, 33], /^[ \d]{6}\d$/, 'seven digits'),
  ...blanks(34),
  degrees('argument of perigee', [35, 42]),
  ...blanks(43),
  degrees('mean anomaly', [44, 51]),
  ...blanks(52),
  column('mean motion', [53, 63], /^[ \d]\d\.\d{8}$/, 'revolutions per day such as 15.72125391'),
  column('revolution number', [64, 68], /^[ \d]{5}$/, 'digits'),
  CHECKSUM,
];

/** By line. */
export const TLE_COLUMNS: readonly (readonly TleColumn[])[] = [LINE_1, LINE_2];
