import type { ApiHeaderOptions, ApiResponseOptions } from '@nestjs/swagger';

/** What several routes of contacts document alike. */
export const INVALID = 'VALIDATION_FAILED: each fault names its field';
export const PAST = 'START_TIME_PASSED: Start time must be greater than current time';
export const TAKEN = 'ANTENNA_TAKEN: conflicts names what has it, free_windows when it is free';
export const STALE =
  'REVISION_STALE: it is not what If-Match names; revision, state and etag say what it is';
export const KEY_REUSED = 'IDEMPOTENCY_KEY_REUSED: another request came under the key';

export const BY: ApiHeaderOptions = {
  name: 'x-requested-by',
  required: false,
  description: 'Who asks; stays in the history',
};

export const KEY: ApiHeaderOptions = {
  name: 'idempotency-key',
  required: false,
  description:
    '1 to 255 printable ASCII characters. The same request under the same key books once and is ' +
    'answered alike, for seven days',
};

export const IF_MATCH: ApiHeaderOptions = {
  name: 'if-match',
  required: false,
  example: '"1-bGxhbW9hbGxhbW9h"',
  description: 'Only if the contact is still what one of these tags names; * for any',
};

export const IF_NONE_MATCH: ApiHeaderOptions = {
  name: 'if-none-match',
  required: false,
  description: '304 without a body if the contact is still what one of these tags names',
};

export const WITH_ETAG: Pick<ApiResponseOptions, 'headers'> = {
  headers: {
    etag: {
      schema: { type: 'string' },
      description: 'Changes whenever the contact does; begins with the revision',
    },
  },
};
