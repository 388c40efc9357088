import { type ContactState, type Instant, MICROS_PER_SECOND, plannedEnd } from '#common/domain';
import { type IcalProperty, icalLines, icalText } from './ical-text.js';

/** What a calendar shows of a contact. */
export interface CalendarContact {
  readonly id: string;
  readonly revision: number;
  readonly shipName: string;
  readonly startTime: Instant;
  readonly durationSeconds: number;
  readonly antenna: string | null;
  readonly state: ContactState;
  readonly endReason: string | null;
  /** Of its last change. */
  readonly changedAt: Instant;
}

const HEAD: readonly IcalProperty[] = [
  ['BEGIN', 'VCALENDAR'],
  ['VERSION', '2.0'],
  ['PRODID', '-//Perigee//Scheduler//EN'],
  ['CALSCALE', 'GREGORIAN'],
  ['NAME', 'Contacts'],
  ['X-WR-CALNAME', 'Contacts'],
  ['REFRESH-INTERVAL;VALUE=DURATION', 'PT5M'],
  ['X-PUBLISHED-TTL', 'PT5M'],
];

/** They take, or took, no time of the antenna. */
const NOT_HELD: readonly ContactState[] = ['cancelled', 'missed'];

/** A calendar of RFC 5545. The same contacts are the same text. */
export const calendarOf = (contacts: readonly CalendarContact[]): string =>
  icalLines([...HEAD, ...contacts.flatMap(eventOf), ['END', 'VCALENDAR']]);

function eventOf(contact: CalendarContact): IcalProperty[] {
  const { antenna, state, endReason } = contact;
  const description = endReason === null ? state : `${state}: ${endReason}`;
  const location: IcalProperty[] = antenna === null ? [] : [['LOCATION', icalText(antenna)]];
  return [
    ['BEGIN', 'VEVENT'],
    ['UID', `${contact.id}@perigee`],
    ['DTSTAMP', utcOf(contact.changedAt)],
    ['LAST-MODIFIED', utcOf(contact.changedAt)],
    ['SEQUENCE', `${contact.revision}`],
    ['STATUS', NOT_HELD.includes(state) ? 'CANCELLED' : 'CONFIRMED'],
    ['DTSTART', utcOf(contact.startTime)],
    ['DTEND', utcOf(plannedEnd(contact))],
    ['SUMMARY', icalText(contact.shipName)],
    ...location,
    ['DESCRIPTION', icalText(description)],
    ['END', 'VEVENT'],
  ];
}

/** Calendars know whole seconds: `20300101T120000Z`. */
const utcOf = (instant: Instant): string =>
  new Date(Math.floor(instant / MICROS_PER_SECOND) * 1_000)
    .toISOString()
    .replaceAll(/[-:]|\.000/g, '');
