import { isText } from '#common/contracts';
import { type Instant, parseInstant } from '#common/domain';
import { type FieldFault, ValidationException } from '#common/platform';
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

/** What these fields say where they are there; others would mean another theory, frame or planet. */
const FIXED_FIELDS: Readonly<Record<string, string>> = {
  CENTER_NAME: 'EARTH',
  REF_FRAME: 'TEME',
  TIME_SYSTEM: 'UTC',
  EPHEMERIS_TYPE: '0',
};
const THEORIES = ['SGP4', 'SGP/SGP4'];
const NAMING_FIELDS = ['OBJECT_NAME', 'OBJECT_ID', 'NORAD_CAT_ID'];
const TEXT_CHARS_MAX = 128;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?$/;
const RANGES: readonly ElementRange[] = [
  MEAN_MOTION,
  ECCENTRICITY,
  INCLINATION,
  ASCENDING_NODE,
  PERIGEE_ARGUMENT,
  MEAN_ANOMALY,
  DRAG_TERM,
];

/** The fields of a message that matter here; what else its sender put in is left out. */
export const OMM_FIELDS: readonly string[] = [
  ...NAMING_FIELDS,
  ...Object.keys(FIXED_FIELDS),
  'MEAN_ELEMENT_THEORY',
  'EPOCH',
  ...RANGES.map(({ name }) => name),
];

export type Omm = Readonly<Record<string, string | number>>;

/**
 * The fields of an orbit mean-elements message (CCSDS 502.0-B) that we keep.
 * @throws {ValidationException} naming each that is no text or number
 */
export function keptOmm(given: Readonly<Record<string, unknown>>): Omm {
  const fields = Object.entries(given).filter(
    ([name, value]) => OMM_FIELDS.includes(name) && value !== null,
  );
  refuse(
    fields
      .filter(([, value]) => !Number.isFinite(value) && !isText(value, 1, TEXT_CHARS_MAX))
      .map(([name]) =>
        omm(name, `must be a number or text of 1 to ${TEXT_CHARS_MAX} characters, without NUL`),
      ),
  );
  return Object.fromEntries(fields) as Omm;
}

/**
 * Reads an orbit mean-elements message of SGP4. Numbers may be written as text.
 * @throws {ValidationException} naming each field at fault
 */
export function readOmm(fields: Omm): MeanElements {
  const epoch = epochOf(fields['EPOCH']);
  refuse([
    ...foreignFaults(fields),
    ...(epoch === null ? [omm('EPOCH', 'must be a UTC time such as 2030-01-01T12:00:00.5')] : []),
    ...RANGES.flatMap((range) => numberFaults(fields, range)),
  ]);
  const number = ({ name }: ElementRange): number => Number(fields[name]);
  const catalogNumber = fields['NORAD_CAT_ID'];
  return {
    catalogNumber: catalogNumber === undefined ? null : String(catalogNumber),
    epoch: epoch!,
    inclinationDegrees: number(INCLINATION),
    ascendingNodeDegrees: number(ASCENDING_NODE),
    eccentricity: number(ECCENTRICITY),
    perigeeArgumentDegrees: number(PERIGEE_ARGUMENT),
    meanAnomalyDegrees: number(MEAN_ANOMALY),
    revolutionsPerDay: number(MEAN_MOTION),
    dragTerm: number(DRAG_TERM),
  };
}

function foreignFaults(fields: Omm): FieldFault[] {
  const theory = fields['MEAN_ELEMENT_THEORY'];
  const isOurs = theory === undefined || THEORIES.includes(String(theory));
  return [
    ...(isOurs ? [] : [omm('MEAN_ELEMENT_THEORY', 'must be SGP4')]),
    ...Object.entries(FIXED_FIELDS)
      .filter(([name, value]) => fields[name] !== undefined && String(fields[name]) !== value)
      .map(([name, value]) => omm(name, `must be ${value}`)),
  ];
}

function numberFaults(fields: Omm, range: ElementRange): FieldFault[] {
  const given = fields[range.name];
  const isNumber = typeof given === 'number' || (given !== undefined && NUMBER.test(given));
  const message = isNumber ? rangeFault(Number(given), range) : `${range.name} must be a number`;
  return message === null ? [] : [{ field: `omm.${range.name}`, message }];
}

/** The time system is UTC, so messages leave the offset out. */
function epochOf(text: string | number | undefined): Instant | null {
  if (typeof text !== 'string') return null;
  return parseInstant(text.endsWith('Z') ? text : `${text}Z`);
}

const omm = (name: string, says: string): FieldFault => ({
  field: `omm.${name}`,
  message: `${name} ${says}`,
});

function refuse(faults: readonly FieldFault[]): void {
  if (faults.length > 0) throw new ValidationException(faults);
}
