import { describe, expect, it } from 'vitest';
import { ENDED_STREAMS_MAX, EndedStreams } from './ended-streams.js';
import type { LedgerRecord } from '../faults/ledger-entries.js';
import { Tally } from '../faults/tally.js';
import type { StreamSnapshot } from './stream.js';

const snapshot = (eventKey: string): StreamSnapshot => ({
  eventKey,
  plan: {
    target: { host: '127.0.0.1', port: 41_001, family: 'ipv4' },
    shipName: null,
    format: 'json',
    apid: null,
    intervalSeconds: 1,
    batteryCount: 1,
    seed: 7,
    until: null,
    faults: null,
    epoch: null,
    count: null,
  },
  phase: 'ended',
  lastSequence: 3,
  sent: 3,
  acceptedAtMs: 0,
  startedAtMs: 0,
  endedAtMs: 3_000,
  endReason: 'expired',
});

const LEDGER: LedgerRecord = {
  seed: 7,
  faults: null,
  periodMs: 1_000,
  lastSequence: 3,
  sha256: new Tally().sha256(),
  totals: new Tally().totals(0),
  refusals: new Map(),
};

describe('ended streams', () => {
  it('give the account of one that ended by itself once', () => {
    const ended = new EndedStreams();
    ended.add(snapshot('a'), LEDGER, false);

    expect(ended.collect('a')?.lastSequence).toBe(3);
    expect(ended.collect('a')).toBeUndefined();
    expect(ended.find('a')?.lastSequence).toBe(3);
    expect(ended.ledgerOf('a')).toBe(LEDGER);
  });

  it('do not give the account of one that was stopped', () => {
    const ended = new EndedStreams();
    ended.add(snapshot('a'), LEDGER, true);

    expect(ended.collect('a')).toBeUndefined();
  });

  it('forget the oldest beyond their limit', () => {
    const ended = new EndedStreams();
    for (let index = 0; index <= ENDED_STREAMS_MAX; index++)
      ended.add(snapshot(`${index}`), LEDGER, false);

    expect(ended.find('0')).toBeUndefined();
    expect(ended.collect('0')).toBeUndefined();
    expect(ended.find('1')).toBeDefined();
    expect(ended.find(`${ENDED_STREAMS_MAX}`)).toBeDefined();
  });
});
