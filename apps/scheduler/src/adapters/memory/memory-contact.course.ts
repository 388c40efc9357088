import { randomUUID } from 'node:crypto';
import { BegunContacts, type Handing } from '../begun-contacts.js';
import { TwoStepCourse } from '../two-step.course.js';
import { MemoryBegunStore } from './memory-begun.store.js';
import type { MemoryContactTables } from './memory-contact.tables.js';
import { MemoryCourseRows } from './memory-course.rows.js';

/** The course of contacts in memory, as one scheduler takes part in it. */
export class MemoryContactCourse extends TwoStepCourse {
  constructor(tables: MemoryContactTables, relay: Handing | null = null) {
    const starter = randomUUID();
    const starts = new BegunContacts(new MemoryBegunStore(tables), starter, relay);
    super(new MemoryCourseRows(tables, starter), starts);
  }
}
