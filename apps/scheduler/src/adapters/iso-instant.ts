/**
 * A timestamp as `formatInstant` writes it, made by the database: UTC with `Z`, three digits of
 * fraction, or six where the microseconds are not zero.
 */
export const isoInstant = (expression: string): string =>
  `to_char(${expression} AT TIME ZONE 'UTC',
     CASE WHEN extract(microseconds FROM ${expression})::integer % 1000 = 0
       THEN 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"' ELSE 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"' END)`;
