import { describe, expect, it } from 'vitest';
import { spanOf, xminOf } from './snapshot.js';

describe('a snapshot of PostgreSQL', () => {
  it.each([
    ['731:731:', '731', 0],
    ['5000000000:5000000123:5000000000,5000000007', '5000000000', 123],
  ])(
    '%s tells its first transaction that is not over, and how many came since',
    (text, xmin, span) => {
      expect(xminOf(text)).toBe(xmin);
      expect(spanOf(text)).toBe(span);
    },
  );
});
