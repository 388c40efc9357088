import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulateDays } from './year.js';

/** A month; SIMULATED_DAYS=365 is the year. */
const DAYS = Number(process.env['SIMULATED_DAYS'] ?? 30);
const CONTACTS_A_DAY = 300;
const LONG_RUN_MS = 3_600_000;

describe('simulated days of 50 ships with 6 contacts each', () => {
  const { stackTraceLimit } = Error;

  beforeAll(() => {
    Logger.overrideLogger(false);
    // Each event that nobody listens to is an error to its relay, and nobody reads where it came from.
    Error.stackTraceLimit = 0;
  });

  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  it(
    'bring every contact from its booking to its closed report, none early',
    async () => {
      const outcome = await simulateDays(DAYS);
      const contacts = DAYS * CONTACTS_A_DAY;
      expect(outcome).toMatchObject({ violation: null, booked: contacts, completed: contacts });
      expect(outcome.latenessMaxMs).toBeGreaterThanOrEqual(0);
      if (process.env['SIMULATED_DAYS'] !== undefined) console.log(outcome);
    },
    LONG_RUN_MS,
  );
});
