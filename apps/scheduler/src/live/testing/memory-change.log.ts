import type { ContactState } from '#common/domain';
import { ChangeLog, type ContactChanged } from '../change-log.port.js';

export const aChange = (number: number, state: ContactState = 'scheduled'): ContactChanged => ({
  number,
  at: number * 1_000,
  by: 'a test',
  reason: null,
  state,
  contact: {
    contact_id: `contact ${number}`,
    ship_name: `Ship ${number % 3}`,
    antenna: null,
    channel: null,
    state,
    revision: 1,
    start_time: '2030-01-01T00:00:00.000Z',
    duration: 15,
    reason: null,
    displaced_by: null,
  },
});

/** Changes that get their numbers when the test says so. */
export class MemoryChangeLog extends ChangeLog {
  readonly changes: ContactChanged[] = [];
  readCount = 0;
  isAway = false;
  #unnumbered = 0;

  happen(count: number): void {
    this.#unnumbered += count;
  }

  async number(limit: number): Promise<number> {
    this.#check();
    const count = Math.min(limit, this.#unnumbered);
    this.#unnumbered -= count;
    for (let nr = 0; nr < count; nr += 1) this.changes.push(aChange(this.changes.length + 1));
    return count;
  }

  async last(): Promise<number> {
    this.#check();
    return this.changes.length;
  }

  async after(number: number, limit: number): Promise<ContactChanged[]> {
    this.#check();
    this.readCount += 1;
    return this.changes.slice(number, number + limit);
  }

  #check(): void {
    if (this.isAway) throw new Error('The log is away');
  }
}
