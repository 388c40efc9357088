import type { BatchAnswer } from './batch.client.js';

/** What became of the messages of one request. */
export interface Verdict {
  readonly newCount: number;
  readonly duplicateCount: number;
  readonly conflictCount: number;
  /** By their places in the request. */
  readonly refused: readonly { readonly at: number; readonly reason: string }[];
  /** Places of those to be sent again. */
  readonly again: readonly number[];
}

/** `none`: nothing was taken, send it again later; `whole`: something in it is refused. */
export type Reading =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'none' }
  | { readonly kind: 'whole'; readonly reason: string };

/** The address is not that of a monitor, or not of one that knows this request. */
export class ForeignAnswerError extends Error {
  override readonly name = 'ForeignAnswerError';
}

const NOTHING = { newCount: 0, duplicateCount: 0, conflictCount: 0, refused: [], again: [] };

/**
 * What the status of a request says, for those that say all.
 * @throws {ForeignAnswerError} for one that it makes no sense to send again
 */
export function readFailure(url: URL, { status, text }: BatchAnswer): Reading {
  // Not a status: nobody answered.
  if (!/^\d{3}$/.test(status) || status.startsWith('5')) return { kind: 'none' };
  if (status === '408' || status === '429') return { kind: 'none' };
  if (status === '400' || status === '413')
    return { kind: 'whole', reason: reasonIn(status, text) };
  throw new ForeignAnswerError(`${url.href} answered ${reasonIn(status, text)}`);
}

/** Of a single message: 204 says that its number was taken before, with the same content or other. */
export function readSingleAnswer(url: URL, status: string): Reading {
  if (!status.startsWith('2')) return readFailure(url, { status, text: '' });
  const counts = status === '204' ? { duplicateCount: 1 } : { newCount: 1 };
  return { kind: 'verdict', verdict: { ...NOTHING, ...counts } };
}

interface BatchReport {
  readonly taken: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly results: readonly {
    readonly status: string;
    readonly code?: string;
    readonly detail?: string;
  }[];
}

/** Of a batch of so many messages. A 503 may have been given to all or to some of them. */
export function readBatchAnswer(url: URL, answer: BatchAnswer, size: number): Reading {
  const report = reportIn(answer, size);
  if (report !== null) return { kind: 'verdict', verdict: verdictOf(report) };
  if (!answer.status.startsWith('2')) return readFailure(url, answer);
  throw new ForeignAnswerError(`${url.href} does not answer as POST /messages/batch does`);
}

function verdictOf({ taken, duplicates, conflicts, results }: BatchReport): Verdict {
  const refused = results.flatMap(({ status, code, detail }, at) =>
    status === 'rejected' ? [{ at, reason: detail ?? code ?? status }] : [],
  );
  const again = results.flatMap(({ status }, at) => (status === 'unavailable' ? [at] : []));
  return {
    newCount: taken,
    duplicateCount: duplicates,
    conflictCount: conflicts,
    refused,
    again,
  };
}

function reportIn({ text }: BatchAnswer, size: number): BatchReport | null {
  const found = parse(text) as Partial<BatchReport> | null | undefined;
  const { taken, duplicates, conflicts, results } = found ?? {};
  const areNumbers = [taken, duplicates, conflicts].every((count) => Number.isSafeInteger(count));
  if (!areNumbers || !Array.isArray(results) || results.length !== size) return null;
  return results.every((one) => typeof one === 'object' && one !== null)
    ? (found as BatchReport)
    : null;
}

/** The status and, of a problem, what it says. */
function reasonIn(status: string, text: string): string {
  const { code, detail } = (parse(text) ?? {}) as { code?: unknown; detail?: unknown };
  return [status, code, detail]
    .filter((part) => typeof part === 'string')
    .join(' ')
    .replace(/\.$/, '');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
