import { type Instant, MICROS_PER_SECOND } from '#common/domain';
import { ValidationException } from '#common/platform';
import {
  ASCENDING_NODE,
  DRAG_TERM,
  ECCENTRICITY,
  type ElementRange,
  INCLINATION,
  MEAN_ANOMALY,
  MEAN_MOTION,
  type MeanElements,
  PERIGEE_ARGUMENT,
  rangeFault,
} from './mean-elements.js';
import { TLE_COLUMNS, type TleColumn, TLE_LINE_CHARS } from './tle-columns.js';

const SECONDS_PER_DAY = 86_400;
/** Two digits of a year: Sputnik's is the oldest that there can be. */
const FIRST_YEAR = 57;

/**
 * Reads a two-line element set.
 * @throws {ValidationException} naming line and columns
 */
export function readTle(lines: readonly [string, string]): MeanElements {
  const [one, two] = lines.map((text, at) => readLine(text, at + 1)) as [TleLine, TleLine];
  if (one.text('catalog number') !== two.text('catalog number'))
    throw fault(
      2,
      TLE_COLUMNS[1]!.find(({ name }) => name === 'catalog number')!,
      [`must be that of line 1, ${one.text('catalog number')}`],
    );
  return {
    catalogNumber: one.text('catalog number').trim(),
    epoch: epochOf(one),
    inclinationDegrees: two.number('inclination', INCLINATION),
    ascendingNodeDegrees: two.number('right ascension of the ascending node', ASCENDING_NODE),
    eccentricity: two.fraction('eccentricity', ECCENTRICITY),
    perigeeArgumentDegrees: two.number('argument of perigee', PERIGEE_ARGUMENT),
    meanAnomalyDegrees: two.number('mean anomaly', MEAN_ANOMALY),
    revolutionsPerDay: two.number('mean motion', MEAN_MOTION),
    dragTerm: one.power('drag term', DRAG_TERM),
  };
}

/** The digit at the end of a line: its digits and one for each minus, without the tens. */
export function checksumOf(line: string): number {
  let sum = 0;
  for (const char of line.slice(0, TLE_LINE_CHARS - 1)) {
    if (char === '-') sum += 1;
    else if (char >= '0' && char <= '9') sum += Number(char);
  }
  return sum % 10;
}

/** A line whose columns all have the form they must have. */
class TleLine {
  constructor(
    private readonly line: string,
    private readonly lineNumber: number,
  ) {}

  text(name: string): string {
    const { first, last } = this.column(name);
    return this.line.slice(first - 1, last);
  }

  number(name: string, range: ElementRange): number {
    return this.#checked(name, range, Number(this.text(name)));
  }

  /** Digits behind a point that is not written. */
  fraction(name: string, range: ElementRange): number {
    return this.#checked(name, range, Number(`0.${this.text(name).replaceAll(' ', '0')}`));
  }

  /** ` 28098-4`: a fraction and the power of ten behind it. */
  power(name: string, range: ElementRange): number {
    const text = this.text(name);
    const exponent = text.slice(6).replace(' ', '+');
    return this.#checked(name, range, Number(`${text[0]}0.${text.slice(1, 6)}e${exponent}`));
  }

  column(name: string): TleColumn {
    const column = TLE_COLUMNS[this.lineNumber - 1]!.find((one) => one.name === name);
    if (!column) throw new Error(`No column is called ${name}`);
    return column;
  }

  #checked(name: string, range: ElementRange, value: number): number {
    const message = rangeFault(value, range);
    if (message === null) return value;
    throw fault(this.lineNumber, this.column(name), [`must be from ${range.min} to ${range.max}`]);
  }
}

/** @throws {ValidationException} */
function readLine(given: string, lineNumber: number): TleLine {
  const line = given.trimEnd();
  if (line.length !== TLE_LINE_CHARS)
    throw refused(`line ${lineNumber} must have ${TLE_LINE_CHARS} characters, not ${line.length}`);
  for (const column of TLE_COLUMNS[lineNumber - 1]!) {
    const text = line.slice(column.first - 1, column.last);
    if (!column.form.test(text)) throw fault(lineNumber, column, ['must be', column.meaning]);
  }
  const sum = checksumOf(line);
  if (line.at(-1) !== String(sum))
    throw refused(
      `line ${lineNumber}, column ${TLE_LINE_CHARS}: the check sum of the line is ${sum}, not ${line.at(-1)}`,
    );
  return new TleLine(line, lineNumber);
}

/** @throws {ValidationException} for a day that the year lacks */
function epochOf(line: TleLine): Instant {
  const digits = Number(line.text('year of the epoch'));
  const year = digits < FIRST_YEAR ? 2_000 + digits : 1_900 + digits;
  const day = line.text('day of the epoch').replaceAll(' ', '0');
  const start = Date.UTC(year, 0, 1);
  const days = (Date.UTC(year + 1, 0, 1) - start) / (SECONDS_PER_DAY * 1_000);
  const whole = Number(day.slice(0, 3));
  if (whole < 1 || whole > days)
    throw fault(1, line.column('day of the epoch'), [`must be from 1 to ${days} in ${year}`]);
  const fraction = Number(`0.${day.slice(4)}`);
  const midnight = (start / 1_000 + (whole - 1) * SECONDS_PER_DAY) * MICROS_PER_SECOND;
  return midnight + Math.round(fraction * SECONDS_PER_DAY * MICROS_PER_SECOND);
}

function fault(
  line: number,
  { name, first, last }: TleColumn,
  says: readonly string[],
): ValidationException {
  const where = first === last ? `column ${first}` : `columns ${first} to ${last}`;
  return refused(`line ${line}, ${where}: the ${name} ${says.join(' ')}`);
}

const refused = (message: string): ValidationException =>
  new ValidationException([{ field: 'tle', message }]);
