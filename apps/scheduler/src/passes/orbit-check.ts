import { DomainError } from '#common/domain';
import { ValidationException } from '#common/platform';
import type { MeanElements } from './mean-elements.js';
import { Orbit } from './orbit.js';

/**
 * Elements that are in range one by one may still be no orbit.
 * @throws {ValidationException}
 */
export function checkPropagates(elements: MeanElements, field: 'tle' | 'omm'): void {
  try {
    new Orbit('the ship', elements).at(elements.epoch);
  } catch (fault) {
    if (!(fault instanceof DomainError)) throw fault;
    const message = `${field} is no orbit: by these elements the ship is on the ground at their epoch`;
    throw new ValidationException([{ field, message }]);
  }
}
