import type { ContactReport } from '#common/contracts';
import type { ContactFact, Facts, StreamFact } from '../facts.js';
import type { HistoryEntry } from '../history.js';

const START_MS = Date.parse('2030-01-01T00:00:00.000Z');
const START = START_MS * 1_000;
const START_TEXT = '2030-01-01T00:00:00.000Z';
export const SHIP = 'Storm 00001';
export const ID = 'contact-1';
export const EVENT_KEY = 'stream-1';

/** A storm with one contact that went as it should: booked, begun, received, closed. */
export function calmFacts(): Facts {
  return {
    history: [entry({ phase: 'invoke', status: null, contactId: null, state: null }), entry()],
    contacts: [contactFact()],
    changes: ['scheduled', 'starting', 'active', 'completed'].map((state) => change(state)),
    receptions: [
      {
        contactId: ID,
        fence: 1,
        eventKey: EVENT_KEY,
        samplesStored: 16,
        endedAt: START + 2_000_000,
      },
    ],
    reports: [report()],
    samples: [{ contactId: ID, count: 16, packetCount: 8, numberCount: 8 }],
    streams: [stream()],
    leftBehind: [],
    outages: [],
    leftOver: { rows: [], queues: [], deadLetters: [] },
    unasked: [],
    rocketDifferences: [],
    series: [],
    seriesRefused: [],
    histories: [],
    live: [],
    webhook: {
      taken: [],
      forged: [],
      refused: { fault: 0, silence: 0 },
      subscription: { from: 0, position: 0, state: 'active', givenUp: [] },
    },
  };
}

export const entry = (changes: Partial<HistoryEntry> = {}): HistoryEntry => ({
  atMs: 0,
  operation: 'book',
  phase: 'ok',
  shipName: SHIP,
  contactId: ID,
  status: 201,
  startTime: START_TEXT,
  state: 'scheduled',
  ...changes,
});

export const contactFact = (changes: Partial<ContactFact> = {}): ContactFact => ({
  id: ID,
  shipName: SHIP,
  startTime: START,
  plannedEnd: START + 2_000_000,
  duration: 2,
  state: 'completed',
  fence: 1,
  batteries: 2,
  antenna: null,
  seriesAt: null,
  startedAt: START + 3_000,
  endedAt: START + 2_000_000,
  fault: null,
  endReason: null,
  report: report(),
  ...changes,
});

export const change = (state: string): Facts['changes'][number] => ({ contactId: ID, state });

export const stream = (changes: Partial<StreamFact> = {}): StreamFact => ({
  eventKey: EVENT_KEY,
  shipName: SHIP,
  startedAtMs: START_MS + 10,
  ended: { lastSequence: 10, sent: 13 },
  ...changes,
});

/** Ten numbers, of which two are missing; two batteries each. */
export const report = (changes: Partial<ContactReport> = {}): ContactReport => ({
  contact_id: ID,
  ship_name: SHIP,
  state: 'completed',
  revision: 1,
  closed: true,
  accounting: 'sequence',
  planned_start: START_TEXT,
  planned_end: '2030-01-01T00:00:02.000Z',
  started_at: '2030-01-01T00:00:00.003Z',
  stream_asked_at: '2030-01-01T00:00:00.008Z',
  first_datagram_at: '2030-01-01T00:00:00.012Z',
  ended_at: '2030-01-01T00:00:02.000Z',
  lateness_ms: 3,
  first_sequence: 1,
  last_sequence: 10,
  datagrams: {
    received: 13,
    bytes: 700,
    good: 8,
    duplicates: 1,
    late: 0,
    corrupt: 1,
    control: 3,
    rejected: {},
    shed: 0,
    kernel_dropped: 0,
  },
  numbers: {
    expected: 10,
    good: 8,
    missing: 2,
    missing_ranges: [
      { from: 3, to: 3, cause: 'lost' },
      { from: 7, to: 7, cause: 'corrupt' },
    ],
  },
  samples_stored: 16,
  ...changes,
});
