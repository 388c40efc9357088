import { Logger } from '@nestjs/common';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bus, InProcessBus, MemoryOutbox, OutboxRelay } from '#common/messaging';
import { ManualClock, type PartHealth } from '#common/platform';
import { ContactCourse, type DueContact } from './contact-course.port.js';
import { REPORT_GRACE_MS, UnreportedContacts } from './unreported-contacts.js';

const LOOK_EVERY_MS = 500;

/** One contact is silent; all else is not asked for here. */
class SilentContact extends ContactCourse {
  isGivenUp = false;

  failUnreported(): Promise<number> {
    const failed = this.isGivenUp ? 0 : 1;
    this.isGivenUp = true;
    return Promise.resolve(failed);
  }

  claimDue = (): Promise<DueContact[]> => Promise.resolve([]);
  releaseClaims = (): Promise<void> => Promise.resolve();
  start = (): Promise<string[]> => Promise.resolve([]);
  startDue = (): Promise<string[]> => Promise.resolve([]);
  settle = (): Promise<void> => Promise.resolve();
  missPassed = (): Promise<number> => Promise.resolve(0);
  dueWithin = (): Promise<DueContact[]> => Promise.resolve([]);
  began = (): Promise<boolean> => Promise.resolve(false);
  ended = (): Promise<boolean> => Promise.resolve(false);
  revised = (): Promise<boolean> => Promise.resolve(false);
}

class SometimesBus extends InProcessBus {
  status: PartHealth['status'] = 'up';

  override health(): PartHealth {
    return { status: this.status };
  }
}

describe('contacts without a report', () => {
  let clock: ManualClock;
  let bus: SometimesBus;
  let course: SilentContact;
  let unreported: UnreportedContacts;

  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(() => {
    clock = new ManualClock(new Date());
    bus = new SometimesBus();
    course = new SilentContact();
    unreported = new UnreportedContacts(course, relayOf(bus, clock), bus, clock);
  });

  async function look(forMs: number): Promise<void> {
    for (let passedMs = 0; passedMs < forMs; passedMs += LOOK_EVERY_MS) {
      await unreported.giveUp();
      clock.advance(LOOK_EVERY_MS);
    }
  }

  it('are given up by a scheduler that has heard for as long as a report may take', async () => {
    await look(REPORT_GRACE_MS);
    expect(course.isGivenUp).toBe(false);

    await look(LOOK_EVERY_MS);
    expect(course.isGivenUp).toBe(true);
  });

  it('have their grace again after the bus was away', async () => {
    await look(REPORT_GRACE_MS - LOOK_EVERY_MS);
    bus.status = 'down';
    await look(REPORT_GRACE_MS);
    bus.status = 'up';
    await look(REPORT_GRACE_MS);
    expect(course.isGivenUp).toBe(false);

    await look(LOOK_EVERY_MS);
    expect(course.isGivenUp).toBe(true);
  });

  it('have their grace again after this scheduler was frozen', async () => {
    await look(LOOK_EVERY_MS);
    clock.advance(REPORT_GRACE_MS);
    await look(REPORT_GRACE_MS);
    expect(course.isGivenUp).toBe(false);

    await look(LOOK_EVERY_MS);
    expect(course.isGivenUp).toBe(true);
  });

  it('are given up where dead letters wait, since those need a person', async () => {
    bus.status = 'degraded';
    await look(REPORT_GRACE_MS + LOOK_EVERY_MS);
    expect(course.isGivenUp).toBe(true);
  });
});

function relayOf(bus: Bus, clock: ManualClock): OutboxRelay {
  const publisher = bus.publisher();
  return new OutboxRelay({
    outbox: new MemoryOutbox(clock),
    publisher,
    clock,
    mandatory: new Set(),
  });
}
