import { Injectable } from '@nestjs/common';
import type { MissingRange } from '#common/contracts';
import { DomainError } from '#common/domain';
import { decodeCursor, type Page, pageOf } from '#common/platform';
import type { MissingQueryDto } from './missing-ranges.dto.js';
import { type FullReport, ReceptionStore } from './reception-store.port.js';

export interface MissingRangesPage extends Page<MissingRange> {
  /** Of the report: pages of different ones do not belong together. */
  readonly revision: number;
  /** Of all pages. */
  readonly total: number;
  /** False where nobody kept what the report does not list. */
  readonly isComplete: boolean;
}

/** All that a contact misses: what its report lists, and what it has no room for. */
@Injectable()
export class MissingRangesService {
  constructor(private readonly store: ReceptionStore) {}

  /** @throws {DomainError} REPORT_NOT_FOUND; {ValidationException} */
  async page(contactId: string, { limit, cursor }: MissingQueryDto): Promise<MissingRangesPage> {
    const after = cursor === undefined ? -1 : decodeCursor(cursor, isPosition)[0];
    const full = await this.store.fullReport(contactId);
    if (!full) throw reportNotFound(contactId);
    const { revision, numbers } = full.report;
    const { missing_ranges: listed, missing_ranges_total: total = listed.length } = numbers;
    const isComplete = listed.length + full.unlisted.length === total;
    const found = rangesAfter(after, isComplete ? full : { ...full, unlisted: [] }, limit + 1);
    return { ...pageOf(found, limit, ({ from }) => [from]), revision, total, isComplete };
  }
}

export const reportNotFound = (contactId: string): DomainError =>
  new DomainError('REPORT_NOT_FOUND', `There is no report of contact ${contactId}.`);

function rangesAfter(after: number, { report, unlisted }: FullReport, max: number): MissingRange[] {
  const found: MissingRange[] = [];
  for (const ranges of [report.numbers.missing_ranges, unlisted])
    for (const range of ranges) {
      if (found.length === max) return found;
      if (range.from > after) found.push(range);
    }
  return found;
}

const isPosition = (value: readonly unknown[]): value is readonly [number] =>
  value.length === 1 && Number.isSafeInteger(value[0]) && Number(value[0]) >= 0;
