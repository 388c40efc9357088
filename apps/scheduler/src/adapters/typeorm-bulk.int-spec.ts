import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '#common/persistence';
import { problemOf, ValidationException } from '#common/platform';
import { patient, type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { isProblem } from '../bulk/bulk-store.port.js';
import { GENTLE } from '../antennas/antenna-conflict.js';
import { aContact, BY_TEST } from '../contacts/contact-store.contract.js';
import { TypeOrmBulkStore } from './typeorm-bulk.store.js';
import { TypeOrmContactStore } from './typeorm-contact.store.js';

const SAME_TIME = 3;

describe('a bulk on PostgreSQL', () => {
  let database: TestDatabase;
  let source: DataSource;
  let bulk: TypeOrmBulkStore;

  beforeEach(async () => {
    database = await testDatabase();
    source = new DataSource(patient(dataSourceOptions(database.url, 'scheduler')));
    await source.initialize();
    bulk = new TypeOrmBulkStore(source);
    await new TypeOrmContactStore(source).endOfRocket('gone', 'FROZEN_O_RINGS');
  });

  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  const countsOf = async () => {
    const [counts] = await source.query(
      `SELECT (SELECT count(*)::integer FROM contacts) AS contacts,
              (SELECT count(*)::integer FROM contact_history) AS changes,
              (SELECT count(*)::integer FROM outbox) AS messages,
              (SELECT count(*)::integer FROM booking_keys) AS keys`,
    );
    return counts;
  };

  it('books each that can be and says of the others why, in their order', async () => {
    const invalid = problemOf(new ValidationException([]), '');
    const candidates = Array.from({ length: 603 }, (_, priority) => {
      if (priority % 100 === 50) return invalid;
      const channel = priority % 97 === 0 || priority > 590 ? 'gone' : `rocket ${priority}`;
      return aContact({ priority, channel });
    });
    const outcomes = await bulk.addEach(candidates, BY_TEST, GENTLE, null);

    const expected = candidates.map((one) => {
      if (isProblem(one)) return one;
      const { channel, priority } = one;
      return channel === 'gone'
        ? { code: 'ROCKET_EXPLODED', status: 409 }
        : { channel, priority, state: 'scheduled' };
    });
    expect(outcomes).toMatchObject(expected);
    const booked = outcomes.filter((one) => !isProblem(one)).length;
    const counts = { contacts: booked, changes: booked, messages: booked, keys: 0 };
    expect(await countsOf()).toEqual(counts);
  });

  it('books once under a key, however many come at the same time', async () => {
    const candidates = [aContact(), aContact({ channel: 'gone' }), aContact()];
    const request = { key: 'plan of the week', fingerprint: 'a' };
    const outcomes = await Promise.all(
      Array.from({ length: SAME_TIME }, () => bulk.addEach(candidates, BY_TEST, GENTLE, request)),
    );

    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    expect(await countsOf()).toEqual({ contacts: 2, changes: 2, messages: 2, keys: 1 });
  });

  it('waits for no other one that names the same rockets in another order', async () => {
    const channels = Array.from({ length: 30 }, (_, nr) => `rocket ${nr}`);
    const candidates = channels.map((channel) => aContact({ channel }));
    const faulty = [...candidates, aContact({ channel: 'gone' })];
    const both = [faulty, faulty.toReversed()].map((all) =>
      bulk.addEach(all, BY_TEST, GENTLE, null),
    );

    for (const outcome of await Promise.all(both))
      expect(outcome.filter((one) => !isProblem(one))).toHaveLength(channels.length);
  });
});
