import { checkAntennas } from './check-antennas.js';
import { checkCourses, checkLeftOver, checkPromises, checkStreams } from './check-contacts.js';
import { checkLive } from './check-live.js';
import { checkReports } from './check-reports.js';
import { checkSeries } from './check-series.js';
import { checkWebhook } from './check-webhook.js';
import type { Facts, Violation } from './facts.js';

/** Everything that must hold after a storm, however slow the machine was. */
export function check(facts: Facts): Violation[] {
  return [
    ...checkPromises(facts),
    ...checkCourses(facts),
    ...checkAntennas(facts),
    ...checkStreams(facts),
    ...checkReports(facts),
    ...checkLeftOver(facts),
    ...checkSeries(facts),
    ...facts.seriesRefused.map((detail) => ({ kind: 'refused', detail })),
    ...checkLive(facts.live, facts.histories),
    ...checkWebhook(facts.webhook, facts.histories),
    ...facts.unasked.map((detail) => ({ kind: 'app ended by itself', detail })),
    ...facts.rocketDifferences.map((difference) => ({
      kind: 'rocket differs',
      detail: JSON.stringify(difference),
    })),
  ];
}

/** How many of each kind. */
export function countByKind(violations: readonly Violation[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of violations) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
