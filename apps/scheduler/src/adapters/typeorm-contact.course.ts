import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { BegunContacts, type Handing } from './begun-contacts.js';
import { TwoStepCourse } from './two-step.course.js';
import { TypeOrmBegunStore } from './typeorm-begun.store.js';
import { TypeOrmCourseRows } from './typeorm-course.rows.js';

/** The course of contacts in PostgreSQL, as one scheduler takes part in it. */
export class TypeOrmContactCourse extends TwoStepCourse {
  /** @param relay to hand commands to as they are committed; without one they wait to be claimed */
  constructor(source: DataSource, relay: Handing | null = null) {
    // Whose claims and starts these are: a new process has new ones.
    const starter = randomUUID();
    const starts = new BegunContacts(new TypeOrmBegunStore(source), starter, relay);
    super(new TypeOrmCourseRows(source, starter), starts);
  }
}
