import type { ContactReport } from '#common/contracts';

export interface Truth {
  /** Sequence numbers that were sent, from 1. */
  readonly numbers: number;
  /** In each packet. */
  readonly records: number;
}

/** Where an account does not say what became of each datagram and of each number. */
export function faultsIn(report: ContactReport, { numbers: sent, records }: Truth): string[] {
  const { datagrams, numbers } = report;
  const { good, duplicates, corrupt, control, shed, rejected } = datagrams;
  const explained = good + duplicates + corrupt + control + shed + sumOf(Object.values(rejected));
  const facts: readonly (readonly [fault: string, is: number | null, shall: number])[] = [
    ['the numbers expected', numbers.expected, sent],
    ['the numbers good and missing', numbers.good + (numbers.missing ?? 0), sent],
    ['the numbers missing by cause', sumOf(Object.values(causesOf(report))), numbers.missing ?? 0],
    ['the datagrams received', datagrams.received, explained],
    ['the samples stored', report.samples_stored, good * records],
  ];
  const faults = facts
    .filter(([, is, shall]) => is !== shall)
    .map(([fault, is, shall]) => `${fault} are ${is}, not ${shall}`);
  return report.closed ? faults : ['it is not closed', ...faults];
}

/** How many numbers are missing for which reason; none that are not. */
export function causesOf({ numbers }: ContactReport): Readonly<Record<string, number>> {
  const { missing_by_cause: told, missing_ranges: ranges } = numbers;
  const causes: Record<string, number> = {};
  for (const { cause, from, to } of ranges) causes[cause] = (causes[cause] ?? 0) + to - from + 1;
  const all = Object.entries(told ?? causes);
  return Object.fromEntries(all.filter(([, count]) => count > 0));
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
