import { table } from '../demo/screen.js';
import { countByKind } from './check.js';
import type { Facts, Violation } from './facts.js';
import { type Lateness, latenessOf } from './lateness.js';
import type { StormOptions } from './options.js';
import { streamsByContact } from './stream-owners.js';

/** What came of a storm. */
export interface Outcome {
  readonly options: StormOptions;
  readonly elapsedSeconds: number;
  readonly booked: number;
  readonly unbooked: number;
  /** Answers that stayed out. */
  readonly unknown: number;
  readonly kills: Readonly<Record<string, number>>;
  readonly freezes: Readonly<Record<string, number>>;
  readonly states: Readonly<Record<string, number>>;
  readonly endReasons: Readonly<Record<string, number>>;
  readonly closedReports: number;
  readonly streams: number;
  readonly streamsAgain: number;
  readonly samples: number;
  readonly rocketMessages: number;
  /** Changes of contacts, and who was told of them. */
  readonly told: {
    readonly changes: number;
    /** Connections of the listeners to live events, and what they heard twice. */
    readonly connections: number;
    readonly heardAgain: number;
    readonly calls: number;
    readonly callsAgain: number;
    readonly callsRefused: number;
  };
  readonly series: { readonly made: number; readonly contacts: number };
  readonly settledMs: number | null;
  /** From the rest until listeners and webhook had come to the last change, or were given up. */
  readonly toldMs: number;
  readonly lateness: { readonly all: Lateness; readonly outsideOutages: Lateness };
  /** The most that each app ever held, in MiB. */
  readonly memory: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
}

export function outcomeOf(
  facts: Facts,
  rest: Omit<
    Outcome,
    | 'unknown'
    | 'kills'
    | 'freezes'
    | 'states'
    | 'endReasons'
    | 'closedReports'
    | 'streams'
    | 'streamsAgain'
    | 'samples'
    | 'told'
    | 'series'
    | 'lateness'
  >,
): Outcome {
  const { contacts, outages, history, reports, streams, samples } = facts;
  const struck = (action: string): Record<string, number> =>
    countOf(outages.filter((outage) => outage.action === action).map(({ kind }) => kind));
  return {
    ...rest,
    unknown: history.filter(({ phase }) => phase === 'unknown').length,
    kills: struck('kill'),
    freezes: struck('freeze'),
    states: countOf(contacts.map(({ state }) => state)),
    endReasons: countOf(
      contacts.flatMap(({ fault, endReason }) => (fault === null ? [] : `${fault}: ${endReason}`)),
    ),
    closedReports: reports.filter(({ closed }) => closed).length,
    streams: streams.length,
    streamsAgain: streams.length - streamsByContact(facts).length,
    samples: samples.reduce((sum, { count }) => sum + count, 0),
    told: toldOf(facts),
    series: {
      made: facts.series.filter(({ isConfirmed }) => isConfirmed).length,
      contacts: contacts.filter(({ seriesAt }) => seriesAt !== null).length,
    },
    lateness: latenessOf(facts),
  };
}

function toldOf({ histories, live, webhook }: Facts): Outcome['told'] {
  const again = (numbers: readonly { readonly number: number }[]): number =>
    numbers.length - new Set(numbers.map(({ number }) => number)).size;
  const { taken, refused } = webhook;
  return {
    changes: histories.reduce((count, { changes }) => count + (changes?.length ?? 0), 0),
    connections: live.reduce((count, { connections }) => count + connections, 0),
    heardAgain: live.reduce((count, { heard }) => count + again(heard), 0),
    calls: taken.length,
    callsAgain: again(taken),
    callsRefused: refused.fault + refused.silence,
  };
}

/** For people. */
export function tableOf(outcome: Outcome): string[] {
  const { options, kills, freezes, states, lateness, settledMs, memory, told, series } = outcome;
  const { all, outsideOutages } = lateness;
  const rows: [string, string][] = [
    ['seed', `${options.seed}, Redis ${options.redis}, rockets in ${options.rocketStore}`],
    ['contacts', `${outcome.booked} booked, ${outcome.unbooked} not, ${said(states)}`],
    ['answers that stayed out', String(outcome.unknown)],
    ['kills', `${sum(kills)}: ${said(kills)}`],
    ['freezes', `${sum(freezes)}: ${said(freezes)}`],
    ['reports closed', String(outcome.closedReports)],
    ['streams', `${outcome.streams}, of them ${outcome.streamsAgain} asked for again`],
    ['samples', String(outcome.samples)],
    ['rocket messages taken', String(outcome.rocketMessages)],
    ['series', `${series.made} with ${series.contacts} contacts`],
    ['changes', `${told.changes}, heard on ${told.connections} connections`],
    [
      'webhook',
      `${told.calls} calls taken, of them ${told.callsAgain} again; ${told.callsRefused} refused`,
    ],
    ['late', latenessText(all)],
    ['late outside outages', latenessText(outsideOutages)],
    ['at rest', settledMs === null ? 'never' : `${(settledMs / 1_000).toFixed(1)} s later`],
    ['all told', `${(outcome.toldMs / 1_000).toFixed(1)} s after the rest`],
    ['MiB at most', said(memory)],
  ];
  const broken = Object.entries(countByKind(outcome.violations));
  const ends = Object.entries(outcome.endReasons).map(
    ([reason, count]) => `  ${count} × ${reason}`,
  );
  return [
    ...table(['what', 'how'], rows),
    ...(ends.length > 0 ? ['', 'Failed contacts:', ...ends] : []),
    '',
    ...(broken.length === 0
      ? ['No violation.']
      : broken.map(([kind, n]) => `VIOLATED ${kind}: ${n}`)),
  ];
}

/** For machines: the violations by number. */
export function jsonOf({ violations, ...outcome }: Outcome): string {
  return JSON.stringify({ ...outcome, violations: countByKind(violations) });
}

const latenessText = ({ count, p50, p90, p99, max }: Lateness): string =>
  `${count} starts: p50 ${p50} ms, p90 ${p90} ms, p99 ${p99} ms, max ${max} ms`;

const said = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((one, other) => one + other, 0);

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
