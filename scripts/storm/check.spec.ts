import { describe, expect, it } from 'vitest';
import type { ContactReport } from '#common/contracts';
import { check } from './check.js';
import type { ContactFact, Facts } from './facts.js';
import {
  calmFacts,
  change,
  contactFact,
  entry,
  EVENT_KEY,
  ID,
  report,
  SHIP,
  stream,
} from './testing/calm-facts.js';

const kindsOf = (changes: Partial<Facts>): string[] => [
  ...new Set(check({ ...calmFacts(), ...changes }).map(({ kind }) => kind)),
];
const way = (...states: string[]): Facts['changes'] => states.map(change);
/** The contact with its own report, in which these differ. */
const accounted = (changes: Partial<ContactReport>): Partial<Facts> => {
  const changed = report(changes);
  return { reports: [changed], contacts: [contactFact({ report: changed })] };
};
const ended = (state: string, changes: Partial<ContactFact> = {}): Partial<Facts> => ({
  contacts: [contactFact({ state, fence: 0, startedAt: null, report: null, ...changes })],
  changes: way('scheduled', state),
  receptions: [],
  reports: [],
  samples: [],
  streams: [],
});

const histories: Facts['histories'] = [
  { contactId: ID, changes: [{ number: 1, state: 'scheduled', revision: 1 }] },
];
const listener = (): Facts['live'][number] => ({
  name: 'listener',
  heard: [],
  faults: [],
  connections: 1,
});

describe('the checker of a storm', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(check(calmFacts())).toEqual([]);
  });

  it.each<[string, Partial<Facts>]>([
    ['without start, cancelled', ended('cancelled')],
    ['without start, missed', ended('missed')],
    [
      'that may have been booked, and was not',
      {
        history: [
          ...calmFacts().history,
          entry({
            shipName: 'Storm 2',
            phase: 'unknown',
            status: null,
            contactId: null,
            state: null,
          }),
        ],
      },
    ],
    [
      'that was moved',
      { history: [entry({ startTime: '2029-01-01T00:00:00Z' }), entry({ operation: 'move' })] },
    ],
    [
      'that may have been moved, and was not',
      {
        history: [
          entry(),
          entry({
            operation: 'move',
            phase: 'unknown',
            status: null,
            startTime: '2031-01-01T00:00:00Z',
          }),
        ],
      },
    ],
    [
      'whose change came too late',
      { history: [entry(), entry({ operation: 'end', phase: 'fail', status: 409, state: null })] },
    ],
    [
      'whose ship was asked again because its answer was lost',
      { streams: [stream({ eventKey: 'other' }), stream()], leftBehind: [ID] },
    ],
    [
      'whose ship was asked again because its ingestor was struck',
      { streams: [stream({ eventKey: 'other' }), stream()], outages: [outageOf(500, 1_500)] },
    ],
    [
      'that could not be asked for while a server was away',
      { history: [entry(), entry({ operation: 'see', phase: 'unknown', status: 503 })] },
    ],
    ['that comes again in its series', again()],
    ['that the ship lost when it was killed', { streams: [stream({ ended: null })] }],
  ])('accepts a contact %s', (_, changes) => {
    expect(check({ ...calmFacts(), ...changes })).toEqual([]);
  });

  it.each<[string, Partial<Facts>]>([
    ['lost', { ...ended('completed'), contacts: [], changes: [] }],
    ['booked twice', { contacts: [contactFact(), contactFact({ id: 'contact-2' })] }],
    ['unasked contact', { history: [] }],
    ['confirmed time lost', { history: [entry({ startTime: '2029-01-01T00:00:00Z' })] }],
    [
      'confirmed time lost',
      {
        history: [
          entry(),
          entry({ operation: 'move', startTime: '2031-01-01T00:00:00Z', state: 'scheduled' }),
        ],
      },
    ],
    ['refused', { history: [entry(), entry({ operation: 'see', phase: 'fail', status: 404 })] }],
    ['refused', { history: [entry(), entry({ phase: 'unknown', status: 500 })] }],
    ['started twice', { contacts: [contactFact({ fence: 2 })] }],
    ['started twice', { changes: way('scheduled', 'starting', 'starting', 'active', 'completed') }],
    ['history differs', { changes: way('scheduled', 'active', 'completed') }],
    [
      'antenna shared',
      {
        contacts: [
          contactFact({ antenna: 'Kiruna' }),
          contactFact({ antenna: 'Kiruna', startTime: contactFact().startTime + 1 }),
        ],
      },
    ],
    ['early', { contacts: [contactFact({ startedAt: contactFact().startTime - 1 })] }],
    ['early', { streams: [stream({ startedAtMs: stream().startedAtMs - 11 })] }],
    ['early', accounted({ first_datagram_at: '2029-12-31T23:59:59.999Z' })],
    ['limbo', { contacts: [contactFact({ state: 'active' })] }],
    ['limbo', { leftOver: { rows: ['outbox: x'], queues: [], deadLetters: [] } }],
    ['limbo', { leftOver: { rows: [], queues: ['ground.ingestor: 1'], deadLetters: [] } }],
    ['dead letter', { leftOver: { rows: [], queues: [], deadLetters: ['a letter'] } }],
    [
      'end state changed',
      { changes: way('scheduled', 'starting', 'active', 'failed', 'completed') },
    ],
    ['end state changed', { changes: way('scheduled', 'starting', 'active') }],
    ['end state changed', { history: [entry(), entry({ operation: 'end', state: 'cancelled' })] }],
    ['end state changed', { history: [entry(), entry({ operation: 'see', state: 'missed' })] }],
    ['cancelled but started', { contacts: [contactFact({ state: 'cancelled' })] }],
    ['cancelled but started', { ...ended('cancelled'), streams: [stream()] }],
    ['cancelled but started', { ...ended('cancelled'), receptions: calmFacts().receptions }],
    ['missed but started', { contacts: [contactFact({ state: 'missed' })] }],
    ['asked again', { streams: [stream({ eventKey: 'other' }), stream()] }],
    [
      'asked again',
      { streams: [stream({ eventKey: 'other' }), stream()], outages: [outageOf(5_000, 6_000)] },
    ],
    ['stream without contact', { streams: [stream(), stream({ shipName: 'Nobody' })] }],
    ['report missing', { reports: [] }],
    ['report missing', { reports: [], receptions: [] }],
    ['report not delivered', { contacts: [contactFact({ report: null })] }],
    ['report differs', { contacts: [contactFact({ report: report({ lateness_ms: 4 }) })] }],
    ['datagrams unexplained', accounted({ datagrams: { ...report().datagrams, received: 14 } })],
    ['numbers unexplained', accounted({ numbers: { ...report().numbers, missing: 3 } })],
    ['numbers unexplained', accounted({ numbers: { ...report().numbers, missing_ranges: [] } })],
    ['ship says otherwise', { streams: [stream({ ended: { lastSequence: 11, sent: 14 } })] }],
    ['samples stored', { samples: [{ contactId: ID, count: 15, packetCount: 8, numberCount: 8 }] }],
    ['samples stored', accounted({ samples_stored: 15 })],
    ['samples stored', { samples: [] }],
    ['packet twice', { samples: [{ contactId: ID, count: 16, packetCount: 8, numberCount: 7 }] }],
    ['series unasked', { contacts: [contactFact({ seriesAt: contactFact().startTime })] }],
    ['refused', { seriesRefused: ['POST /series: 500'] }],
    ['live differs', { live: [listener()], histories }],
    ['webhook missing', { histories }],
    ['app ended by itself', { unasked: ['scheduler-1 ended by itself with code 1'] }],
    [
      'rocket differs',
      { rocketDifferences: [{ channel: 'a', expected: {} as never, actual: null }] },
    ],
  ])('finds: %s', (kind, changes) => {
    expect(kindsOf(changes)).toContain(kind);
  });

  it('names the ship of what it finds', () => {
    const [violation] = check({ ...calmFacts(), samples: [] });
    expect(violation?.detail).toContain(SHIP);
    expect(calmFacts().receptions[0]?.eventKey).toBe(EVENT_KEY);
  });
});

/** A strike at an ingestor, in milliseconds after the start of the contact. */
function outageOf(from: number, to: number): Facts['outages'][number] {
  const startMs = contactFact().startTime / 1_000;
  return {
    target: 'ingestor-1',
    kind: 'ingestor',
    action: 'kill',
    fromMs: startMs + from,
    toMs: startMs + to,
  };
}

/** The contact as the first of its series, whose second was taken away. */
function again(): Partial<Facts> {
  const first = contactFact().startTime;
  const second = first + 60_000_000;
  const gone = { state: 'cancelled', fence: 0, startedAt: null, report: null };
  const changes = way('scheduled', 'cancelled').map((one) => ({ ...one, contactId: 'second' }));
  return {
    contacts: [
      contactFact({ seriesAt: first }),
      contactFact({ ...gone, id: 'second', startTime: second, seriesAt: second }),
    ],
    changes: [...calmFacts().changes, ...changes],
    series: [
      {
        shipName: SHIP,
        isConfirmed: true,
        occurrences: [first, second],
        shown: [first, second],
        owedFrom: first,
        excluded: second,
        isExcluded: true,
      },
    ],
  };
}
