import type { ContactReport } from '#common/contracts';

const time = (instant: string | null): string => instant?.slice(11, 23) ?? '–';
const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** The account of a contact in words and both of its identities in numbers. */
export function accountLines(report: ContactReport): string[] {
  const { datagrams: d, numbers: n } = report;
  const rejected = sum(d.rejected);
  const lines = [
    `${report.ship_name}: ${report.state}, the account ${report.closed ? 'is closed' : 'is OPEN'}`,
    `  planned    ${time(report.planned_start)} to ${time(report.planned_end)} UTC`,
    `  started    ${time(report.started_at)}, ${report.lateness_ms} ms late`,
    `  received   first datagram ${time(report.first_datagram_at)}, ended ${time(report.ended_at)}`,
    `  datagrams  ${d.received} received, ${d.bytes} bytes = ${d.good} good + ` +
      `${d.duplicates} duplicates + ${d.corrupt} corrupt`,
    `             + ${d.control} control + ${rejected} rejected + ${d.shed} shed; ` +
      `${d.kernel_dropped} dropped by the kernel`,
    report.accounting === 'sequence'
      ? `  numbers    ${report.first_sequence} to ${report.last_sequence}: ` +
        `${n.expected} expected = ${n.good} good + ${n.missing} missing`
      : `  totals     ${n.expected} sent, ${d.received} received (datagrams without numbers)`,
    `  samples    ${report.samples_stored} stored`,
  ];
  const ranges = n.missing_ranges.map(({ from, to, cause }) => `${from}–${to} ${cause}`);
  return ranges.length === 0 ? lines : [...lines, `  missing    ${ranges.join(', ')}`];
}
