import type { ContactFact, Facts, Violation } from './facts.js';
import { groupBy } from './group-by.js';
import type { SeriesFact } from './series-client.js';

/** Each occurrence has one contact, at its time, which nobody but an exclusion takes away. */
export function checkSeries({ series, contacts }: Pick<Facts, 'series' | 'contacts'>): Violation[] {
  const plans = new Map(series.map((one) => [one.shipName, one]));
  const booked = contacts.filter(({ seriesAt }) => seriesAt !== null);
  const byTime = groupBy(booked, placeOf);
  return [
    ...booked.flatMap((contact) => checkContact(contact, plans.get(contact.shipName))),
    ...[...byTime].flatMap(([place, same]) =>
      same.length > 1
        ? [violation('series booked twice', `${place}: ${same.length} contacts`)]
        : [],
    ),
    ...series.flatMap((one) => checkWhole(one, byTime)),
  ];
}

function checkContact(contact: ContactFact, plan: SeriesFact | undefined): Violation[] {
  const { seriesAt, startTime, state } = contact;
  const place = placeOf(contact);
  if (!plan || !plan.occurrences.includes(seriesAt ?? 0))
    return [violation('series unasked', place)];
  const isExcluded = seriesAt === plan.excluded;
  return [
    ...(startTime === seriesAt ? [] : [violation('series moved', place)]),
    ...(state === 'cancelled' && !isExcluded ? [violation('series cancelled', place)] : []),
    ...(state !== 'cancelled' && isExcluded && plan.isExcluded
      ? [violation('series not excluded', `${place} is ${state}`)]
      : []),
  ];
}

/** What was shown as booked, or had time enough to be, is there. */
function checkWhole(plan: SeriesFact, booked: ReadonlyMap<string, unknown>): Violation[] {
  const { shipName, occurrences, shown, owedFrom, excluded, isConfirmed } = plan;
  if (!isConfirmed) return [];
  return occurrences
    .filter((at) => shown.includes(at) || (at >= owedFrom && at !== excluded))
    .map((seriesAt) => placeOf({ shipName, seriesAt }))
    .filter((place) => !booked.has(place))
    .map((place) => violation('series missing', place));
}

const placeOf = ({ shipName, seriesAt }: Pick<ContactFact, 'shipName' | 'seriesAt'>): string =>
  `${shipName} at ${new Date((seriesAt ?? 0) / 1_000).toISOString()}`;

const violation = (kind: string, detail: string): Violation => ({ kind, detail });
