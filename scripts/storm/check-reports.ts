import { isDeepStrictEqual } from 'node:util';
import type { ContactReport } from '#common/contracts';
import type { ContactFact, Facts, StreamFact, Violation } from './facts.js';

/** Whether the accounts hold: in themselves, against the archive, against the ship. */
export function checkReports(facts: Facts): Violation[] {
  const reports = new Map(facts.reports.map((report) => [report.contact_id, report]));
  const receptions = new Map(facts.receptions.map((one) => [one.contactId, one]));
  const samples = new Map(facts.samples.map((one) => [one.contactId, one]));
  const streams = new Map(facts.streams.map((stream) => [stream.eventKey, stream]));
  return facts.contacts.flatMap((contact) => {
    const report = reports.get(contact.id) ?? null;
    const reception = receptions.get(contact.id);
    const stored = samples.get(contact.id)?.count ?? 0;
    const stream = streams.get(reception?.eventKey ?? '');
    const said = [
      ...checkDelivery(contact, report, reception !== undefined),
      ...(report ? checkIdentities(report) : []),
      ...(report ? checkTruth(contact, report, stream) : []),
      ...same('samples stored', { archive: stored, reception: reception?.samplesStored ?? 0 }),
      ...(report ? same('samples stored', { archive: stored, report: report.samples_stored }) : []),
      ...same('packet twice', {
        packets: samples.get(contact.id)?.packetCount ?? 0,
        numbers: samples.get(contact.id)?.numberCount ?? 0,
      }),
    ];
    return said.map(({ kind, detail }) => ({ kind, detail: `${contact.shipName}: ${detail}` }));
  });
}

/** Whoever received has a report, and the scheduler has the same one. */
function checkDelivery(
  contact: ContactFact,
  report: ContactReport | null,
  isReceived: boolean,
): Violation[] {
  if (!report) {
    if (isReceived) return [{ kind: 'report missing', detail: `received, ${contact.state}` }];
    if (contact.state === 'completed') return [{ kind: 'report missing', detail: 'completed' }];
    return [];
  }
  if (contact.report === null)
    return [{ kind: 'report not delivered', detail: `${contact.state}, report ${report.state}` }];
  if (!isDeepStrictEqual(contact.report, report))
    return [{ kind: 'report differs', detail: 'the scheduler has another than the ingestor' }];
  // One that was stopped, or given up, may have been received to its end all the same.
  const isAgreed = contact.state === report.state || ['stopped', 'failed'].includes(contact.state);
  return isAgreed
    ? []
    : same('end state changed', { contact: contact.state, report: report.state });
}

/** Both identities of docs/architecture.md. */
function checkIdentities({ datagrams, numbers, closed, accounting }: ContactReport): Violation[] {
  const { received, good, duplicates, corrupt, control, shed } = datagrams;
  const rejected = Object.values(datagrams.rejected).reduce((sum, count) => sum + count, 0);
  const explained = good + duplicates + corrupt + control + shed + rejected;
  const datagramsHold = same('datagrams unexplained', { received, explained });
  if (!closed) return datagramsHold;
  const { expected, missing } = numbers;
  const ranges = numbers.missing_ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const isWhole = accounting === 'sequence' && numbers.missing_ranges_total === undefined;
  return [
    ...datagramsHold,
    ...same('numbers unexplained', { expected, explained: numbers.good + (missing ?? Number.NaN) }),
    ...(isWhole ? same('numbers unexplained', { missing, ranges }) : []),
    ...same('numbers unexplained', { good, numbers: numbers.good }),
  ];
}

/** Against what others know: the ship's log, the contact's row. */
function checkTruth(
  contact: ContactFact,
  report: ContactReport,
  stream: StreamFact | undefined,
): Violation[] {
  const { first_datagram_at: first, datagrams, closed, samples_stored: stored } = report;
  const isEarly = first !== null && Date.parse(first) < contact.startTime / 1_000;
  const sent = stream?.ended;
  return [
    ...(isEarly ? [{ kind: 'early', detail: `first datagram at ${first}` }] : []),
    ...same('samples stored', { stored, good: datagrams.good * contact.batteries }),
    ...(closed && sent && report.accounting === 'sequence'
      ? same('ship says otherwise', { sent: sent.lastSequence, last: report.last_sequence })
      : []),
    ...(closed && sent && report.accounting === 'totals'
      ? same('ship says otherwise', { sent: sent.sent, expected: report.numbers.expected })
      : []),
  ];
}

/** A violation unless both are equal. */
function same(kind: string, pair: Readonly<Record<string, unknown>>): Violation[] {
  const [one, other] = Object.values(pair);
  if (one === other) return [];
  const detail = Object.entries(pair).map(([name, value]) => `${name} ${String(value)}`);
  return [{ kind, detail: detail.join(', ') }];
}
