import { readFileSync } from 'node:fs';
import { BadRequestException, NotFoundException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { DOMAIN_ERROR_CODES, DomainError } from '#common/domain';
import {
  DOMAIN_ERROR_STATUS,
  HTTP_ERROR_CODES,
  problemOf,
  REQUEST_ERROR_CODES,
  ValidationException,
} from './problem.js';

describe('a problem', () => {
  it('of the domain has the status of its code', () => {
    expect(problemOf(new DomainError('ROCKET_EXPLODED', 'It is gone'), '/scheduler/')).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'It is gone',
      instance: '/scheduler/',
      code: 'ROCKET_EXPLODED',
    });
  });

  it('names the field that is at fault', () => {
    const errors = [{ field: 'duration', message: 'duration must be a number' }];
    const validation = problemOf(new ValidationException(errors), '/');
    expect(validation).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', errors });
    const past = new DomainError('START_TIME_PASSED', 'Too late', { field: 'start_time' });
    expect(problemOf(past, '/').errors).toEqual([{ field: 'start_time', message: 'Too late' }]);
  });

  it.each([
    [new NotFoundException('Cannot GET /secret'), 404, 'ROUTE_NOT_FOUND'],
    [new BadRequestException('no', { errorCode: 'BODY_NOT_JSON' }), 400, 'BODY_NOT_JSON'],
    [Object.assign(new Error('too big'), { statusCode: 413 }), 413, 'BODY_TOO_LARGE'],
    [Object.assign(new Error('odd'), { statusCode: 400 }), 400, 'BAD_REQUEST'],
    [Object.assign(new Error('odd'), { statusCode: 406 }), 406, 'BAD_REQUEST'],
    [{ statusCode: 408 }, 408, 'REQUEST_TIMEOUT'],
    [{ statusCode: 431 }, 431, 'HEADERS_TOO_LARGE'],
    [Object.assign(new Error('odd'), { statusCode: 599 }), 500, 'INTERNAL'],
    [new Error('password=secret in SELECT'), 500, 'INTERNAL'],
    [null, 500, 'INTERNAL'],
  ])('of %s has status %d and code %s', (fault, status, code) => {
    const problem = problemOf(fault, '/');
    expect(problem).toMatchObject({ status, code });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it('has its code and status in the README, which lists no others', () => {
    const readme = readFileSync('README.md', 'utf8');
    const [, section = ''] = readme.split('\n## Errors\n');
    const rows = section
      .split('\n## ', 1)[0]!
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const statusOf = new Map<string, number>();
    for (const row of rows) {
      const [codes, status] = row.split('|').slice(1, 3);
      for (const [, code] of codes?.matchAll(/`([A-Z_]+)`/g) ?? [])
        statusOf.set(code!, Number(status));
    }
    const sent = [
      ...DOMAIN_ERROR_CODES.map((code) => [code, DOMAIN_ERROR_STATUS[code]]),
      ...REQUEST_ERROR_CODES.map((code) => [code, 400]),
      ...Object.entries(HTTP_ERROR_CODES).map(([status, code]) => [code, Number(status)]),
    ];
    expect(Object.fromEntries(statusOf)).toEqual(Object.fromEntries(sent));
  });
});
