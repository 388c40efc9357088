import fc from 'fast-check';
import ical from 'ical.js';
import { describe, expect, it } from 'vitest';
import { CONTACT_STATES, type Instant } from '#common/domain';
import { type CalendarContact, calendarOf } from './contact-calendar.js';

const aContact = (given: Partial<CalendarContact> = {}): CalendarContact => ({
  id: '6d2c9f4e-0000-4000-8000-000000000001',
  revision: 1,
  shipName: 'USS Enterprise',
  startTime: Date.UTC(2030, 0, 1, 12) * 1_000,
  durationSeconds: 90,
  antenna: null,
  state: 'scheduled',
  endReason: null,
  changedAt: Date.UTC(2029, 11, 31, 23, 59, 59) * 1_000,
  ...given,
});

const anInstant: fc.Arbitrary<Instant> = fc.integer({ min: 0, max: 7e15 });

/** What the forms have to offer: names may be of anything but NUL. */
const aText = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
    fc.string({ unit: fc.constantFrom(';', ',', '\\', 'n', ':', '"', '\r', '\n', ' ', '🛰') }),
  )
  .map((text) => text.replaceAll('\0', '') || 'x');

const someContact: fc.Arbitrary<CalendarContact> = fc.record({
  id: fc.uuid(),
  revision: fc.integer({ min: 1, max: 1e6 }),
  shipName: aText,
  startTime: anInstant,
  durationSeconds: fc.integer({ min: 1, max: 604_800 }),
  antenna: fc.option(aText),
  state: fc.constantFrom(...CONTACT_STATES),
  endReason: fc.option(aText),
  changedAt: anInstant,
});

describe('calendarOf', () => {
  it('writes a contact as RFC 5545 has it', () => {
    const text = calendarOf([aContact({ antenna: 'Kiruna, north', revision: 3 })]);
    expect(text.split('\r\n').slice(8, -2)).toEqual([
      'BEGIN:VEVENT',
      'UID:6d2c9f4e-0000-4000-8000-000000000001@perigee',
      'DTSTAMP:20291231T235959Z',
      'LAST-MODIFIED:20291231T235959Z',
      'SEQUENCE:3',
      'STATUS:CONFIRMED',
      'DTSTART:20300101T120000Z',
      'DTEND:20300101T120130Z',
      'SUMMARY:USS Enterprise',
      String.raw`LOCATION:Kiruna\, north`,
      'DESCRIPTION:scheduled',
      'END:VEVENT',
    ]);
  });

  it.each([
    ['scheduled', 'CONFIRMED'],
    ['active', 'CONFIRMED'],
    ['stopped', 'CONFIRMED'],
    ['cancelled', 'CANCELLED'],
    ['missed', 'CANCELLED'],
  ] as const)('tells of a %s contact that it is %s', (state, status) => {
    expect(calendarOf([aContact({ state })])).toContain(`STATUS:${status}\r\n`);
  });

  it('is a calendar also without contacts', () => {
    expect(new ical.Component(ical.parse(calendarOf([]))).getAllSubcomponents()).toEqual([]);
  });

  it('has lines of 75 octets at most that end with CRLF, none in the middle of a character', () => {
    fc.assert(
      fc.property(fc.array(someContact, { maxLength: 3 }), (contacts) => {
        const text = calendarOf(contacts);
        expect(text.endsWith('\r\n')).toBe(true);
        const lines = text.slice(0, -2).split('\r\n');
        expect(lines.filter((line) => Buffer.byteLength(line) > 75)).toEqual([]);
        expect(lines.filter((line) => /[\r\n]|\p{Surrogate}/u.test(line))).toEqual([]);
      }),
    );
  });

  it('is read by another program as it was meant', () => {
    fc.assert(
      fc.property(fc.array(someContact, { maxLength: 3 }), (contacts) => {
        const read = new ical.Component(ical.parse(calendarOf(contacts)));
        const events = read.getAllSubcomponents('vevent').map((event) => ({
          uid: event.getFirstPropertyValue('uid'),
          sequence: event.getFirstPropertyValue('sequence'),
          summary: event.getFirstPropertyValue('summary'),
          location: event.getFirstPropertyValue('location'),
          start: unix(event, 'dtstart'),
          seconds: unix(event, 'dtend') - unix(event, 'dtstart'),
        }));
        expect(events).toEqual(contacts.map(seen));
      }),
    );
  });
});

const unix = (event: ical.Component, name: string): number =>
  (event.getFirstPropertyValue(name) as ical.Time).toUnixTime();

/** What is left of a contact in a calendar: no controls, and whole seconds. */
const seen = (contact: CalendarContact) => ({
  uid: `${contact.id}@perigee`,
  sequence: contact.revision,
  summary: printable(contact.shipName),
  location: contact.antenna === null ? null : printable(contact.antenna),
  start: Math.floor(contact.startTime / 1_000_000),
  seconds: contact.durationSeconds,
});

const printable = (text: string): string =>
  text
    .replaceAll(/\r\n?/g, '\n')
    .split('')
    .filter((character) => character === '\t' || character === '\n' || !isControl(character))
    .join('');

const isControl = (character: string): boolean => character < ' ' || character === '\u007f';
