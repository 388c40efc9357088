import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { problemOf } from './problem.js';
import { isUnavailable } from './unavailable.js';

const withCode = (code: string): Error => Object.assign(new Error('x'), { code });

describe('a store that is away', () => {
  it('is known by what TypeORM says when a connection breaks amid a transaction', () => {
    expect(isUnavailable(new QueryRunnerAlreadyReleasedError())).toBe(true);
    expect(isUnavailable(new QueryRunnerProviderAlreadyReleasedError())).toBe(true);
  });

  it.each(['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '08006', '53300', '55P03', '57014'])(
    'is known by the code %s, also below the fault that carries it',
    (code) => {
      expect(isUnavailable(withCode(code))).toBe(true);
      expect(isUnavailable(new Error('outer', { cause: withCode(code) }))).toBe(true);
      expect(isUnavailable(Object.assign(new Error(), { driverError: withCode(code) }))).toBe(true);
    },
  );

  it('is known by what the driver says', () => {
    expect(isUnavailable(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isUnavailable(new Error('timeout exceeded when trying to connect'))).toBe(true);
    expect(isUnavailable(new Error('Query read timeout'))).toBe(true);
  });

  it.each([
    'LOADING Redis is loading the dataset in memory',
    "OOM command not allowed when used memory > 'maxmemory'.",
    'MISCONF Errors writing to the AOF file: No space left on device',
    'Command timed out',
    'Connection is closed.',
    "Stream isn't writeable and enableOfflineQueue options is false",
    'Reached the max retries per request limit (which is 1).',
  ])('is known by what Redis or its client says: %s', (message) => {
    expect(isUnavailable(new Error(message))).toBe(true);
  });

  it('answers 503, and says nothing of itself', () => {
    const problem = problemOf(withCode('ECONNREFUSED'), '/scheduler/');
    expect(problem).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
  });

  it.each([
    withCode('23505'),
    withCode('42601'),
    new Error('no'),
    new Error('WRONGTYPE Operation'),
    null,
    'ECONNREFUSED',
  ])('is not known by %s', (fault) => {
    expect(isUnavailable(fault)).toBe(false);
  });
});
