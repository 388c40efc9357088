import { describe, expect, it } from 'vitest';
import { ManualClock } from '#common/platform';
import { Outage } from './outage.js';

const UNSENT = new Error("Stream isn't writeable and enableOfflineQueue options is false");

describe('an outage', () => {
  const make = (): Outage => new Outage('Test', new ManualClock(new Date(0)));

  it('tells the newest reason until it ends', () => {
    const outage = make();
    expect(outage.reason).toBeNull();
    outage.note(new Error('connect ECONNREFUSED'));
    outage.note(new Error('LOADING'));
    expect(outage.reason).toBe('LOADING');
    outage.end();
    expect(outage.reason).toBeNull();
  });

  it('keeps why there is no connection when a command finds that there is none', () => {
    const outage = make();
    outage.note(UNSENT);
    expect(outage.reason).toBe('Redis is not connected');
    outage.note(new Error('WRONGPASS'));
    outage.note(UNSENT);
    expect(outage.reason).toBe('WRONGPASS');
  });
});
