import { expect } from 'vitest';
import { type DomainError, formatInstant, type Instant } from '#common/domain';
import { aContact, NEXT_YEAR } from '../../contacts/contact-store.contract.js';
import type { NewContact } from '../../contacts/contact-store.port.js';

/** Seconds of next year. */
export const at = (second: number): Instant => NEXT_YEAR + second * 1_000_000;
export const textAt = (second: number): string => formatInstant(at(second));

let antennaCount = 0;
/** One that nobody has named before. */
export const anAntenna = (): string => `antenna ${(antennaCount += 1)}`;

/** A booking of an antenna, in seconds of next year. */
export const on = (
  antenna: string,
  start: number,
  end: number,
  given: Partial<NewContact> = {},
): NewContact =>
  aContact({ antenna, startTime: at(start), durationSeconds: end - start, ...given });

/** What a refused booking or block tells a program. */
export async function refusalOf(asked: Promise<unknown>): Promise<Record<string, unknown>> {
  const fault = await asked.then(
    () => null,
    (one: unknown) => one,
  );
  expect(fault).toMatchObject({ code: 'ANTENNA_TAKEN' });
  return (fault as DomainError).facts;
}
