import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../scripts/ask.js';
import { askRedisFor } from '../scripts/services/redis-question.js';
import { answerOfBroker, type BrokerWork, publish } from './support/broker-user.js';
import { Deployment } from './support/deployment.js';
import { CHANNEL, LAUNCH, rocketMessage } from './support/rocket-monitor.js';
import { REFUSED_COMMANDS, REFUSED_SQL } from './support/refusals.js';
import { until } from './support/until.js';

/** Servers and apps, one after the other, on a machine that others use too. */
const START_MS_MAX = 400_000;
const END_MS_MAX = 120_000;
const TEST_MS_MAX = 200_000;

interface Contact {
  readonly id: string;
  readonly state: string;
  readonly end_reason: string | null;
  readonly report: { readonly closed: boolean; readonly numbers: { readonly good: number } } | null;
}

interface Health {
  readonly details: Readonly<Record<string, object>>;
}

let deployment: Deployment;

beforeAll(async () => {
  deployment = await Deployment.make();
  for (const app of ['spaceship', 'rocket-monitor', 'ingestor', 'scheduler'])
    await deployment.start(app);
}, START_MS_MAX);

afterAll(() => deployment?.end());

const url = (app: string): string => deployment.apps.get(app)!.url;

describe('the apps with users that may do just what they do', { timeout: TEST_MS_MAX }, () => {
  const book = (given: object): Promise<Contact> =>
    ask(`${url('scheduler')}/scheduler/`, {
      ship_name: 'USS Enterprise',
      start_time: new Date(Date.now() + 5_000).toISOString(),
      duration: 8,
      ...given,
    });
  const contact = (id: string): Promise<Contact> => ask(`${url('scheduler')}/scheduler/${id}`);

  async function completed(id: string): Promise<Contact> {
    await until(async () => {
      const { state, report } = await contact(id);
      expect({ state, report }).toMatchObject({ state: 'completed', report: { closed: true } });
    }, END_MS_MAX);
    return contact(id);
  }

  it('are ready', async () => {
    for (const app of deployment.apps.values())
      await until(async () => {
        expect(await ask(`${app.url}/health/ready`)).toMatchObject({ status: 'ok' });
      }, END_MS_MAX);
  });

  it('take contacts of both formats from their booking to their report', async () => {
    const formats = ['ccsds', 'json'];
    const booked = await Promise.all(
      formats.map((format) => book({ ship_name: format, stream: { format, interval: 0.05 } })),
    );
    for (const { id } of booked) {
      const { report } = await completed(id);
      expect(report!.numbers.good).toBeGreaterThan(0);
      expect(await ask(`${url('ingestor')}/contacts/${id}/report`)).toEqual(report);
    }
  });

  it('cancel a contact when the rocket that carries the ship explodes', async () => {
    const send = async (number: number, type: string, message: object): Promise<void> => {
      await ask(`${url('rocket-monitor')}/messages`, rocketMessage(number, type, message));
    };
    await send(1, 'RocketLaunched', LAUNCH);
    const start_time = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = await book({ channel: CHANNEL, start_time });
    await send(2, 'RocketExploded', { reason: 'UNKNOWN_OBJECT_COLLISION' });
    await until(async () => {
      expect(await contact(id)).toMatchObject({ state: 'cancelled' });
    }, END_MS_MAX);
  });

  it('share their alarms in Redis, and keep the hot lists there', async () => {
    await book({ start_time: new Date(Date.now() + 55_000).toISOString() });
    await until(async () => {
      const { details } = await ask<Health>(`${url('scheduler')}/health/ready`);
      expect(details['alarm']).toMatchObject({ status: 'up', redis: 'durable' });
      expect(details['alarm']).not.toMatchObject({ jobs_set: 0 });
    }, END_MS_MAX);
    await until(async () => {
      const { details } = await ask<Health>(`${url('ingestor')}/health/ready`);
      expect(details['hot_lists']).toMatchObject({ status: 'up', kept_in: 'redis' });
    }, END_MS_MAX);
  });

  it('go on while the database is prepared once more', async () => {
    expect(await deployment.migrate()).toContain('of this version');
    const { id } = await book({ ship_name: 'Second deployment' });
    expect((await completed(id)).report!.numbers.good).toBeGreaterThan(0);
  });

  it('were refused nothing, and told no password', () => {
    const output = deployment.output();
    expect(output).not.toMatch(/NOPERM|permission denied|ACCESS_REFUSED/);
    const names = Object.keys(deployment.settings).filter((name) => name.endsWith('_PASSWORD'));
    expect(names.filter((name) => output.includes(deployment.settings[name]!))).toEqual([]);
  });
});

describe('the roles in PostgreSQL', () => {
  const INSUFFICIENT_PRIVILEGE = '42501';
  /** The code of PostgreSQL's refusal. */
  async function answerTo(app: string, sql: string): Promise<unknown> {
    const client = await deployment.database(app);
    const asked = client.query(sql).then(
      () => 'done',
      ({ code }: { code: unknown }) => code,
    );
    return asked.finally(() => client.end());
  }

  it.each(REFUSED_SQL.SCHEDULER)('refuse the scheduler: %s', async (sql) => {
    expect(await answerTo('scheduler', sql)).toBe(INSUFFICIENT_PRIVILEGE);
  });

  it.each(REFUSED_SQL.INGESTOR)('refuse the ingestor: %s', async (sql) => {
    expect(await answerTo('ingestor', sql)).toBe(INSUFFICIENT_PRIVILEGE);
  });

  it.each(REFUSED_SQL.ROCKET_MONITOR)('refuse the rocket monitor: %s', async (sql) => {
    expect(await answerTo('rocket_monitor', sql)).toBe(INSUFFICIENT_PRIVILEGE);
  });

  it('give the rocket monitor what it needs, should it keep its rockets there', async () => {
    const given = {
      ROCKET_STORE: 'postgres',
      DATABASE_URL: deployment.databaseUrl('rocket_monitor'),
    };
    const monitor = await deployment.startAnother('rocket-monitor', given);
    const statusOf = async (body: string): Promise<number> =>
      (await fetch(`${monitor.url}/messages`, { method: 'POST', body })).status;
    const faster = rocketMessage(3, 'RocketSpeedIncreased', { by: 500 }, { channel: 'rights' });
    const bodies = [
      rocketMessage(1, 'RocketLaunched', LAUNCH, { channel: 'rights' }),
      faster,
      faster,
      { metadata: { channel: 'rights' } },
    ].map((body) => JSON.stringify(body));
    const statuses: number[] = [];
    for (const body of bodies) statuses.push(await statusOf(body));
    expect(statuses).toEqual([200, 200, 204, 400]);

    await until(async () => {
      expect(await ask(`${monitor.url}/rockets/rights`)).toMatchObject({
        speed: 1_000,
        duplicates: 1,
      });
      expect(await ask(`${monitor.url}/rejected`)).toMatchObject([{ channel: 'rights' }]);
      const { details } = await ask<Health>(`${monitor.url}/health/ready`);
      expect(details['store']).toMatchObject({ status: 'up', kind: 'postgres' });
      expect(details['bus']).toMatchObject({ status: 'up', events_waiting: 0 });
    }, END_MS_MAX);
    expect(monitor.output).not.toContain('permission denied');
  });

  it('own no table but blocks, and between them have the use of each', async () => {
    const admin = await deployment.database();
    try {
      const { rows } = await admin.query<{ name: string; owner: string; is_used: boolean }>(
        `SELECT relname AS name, pg_get_userbyid(relowner) AS owner,
                has_table_privilege('perigee_scheduler', oid, 'SELECT, INSERT')
                  OR has_table_privilege('perigee_ingestor', oid, 'SELECT, INSERT')
                  OR has_table_privilege('perigee_rocket_monitor', oid, 'SELECT, INSERT') AS is_used
         FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`,
      );
      expect(rows.map(({ name }) => name)).toContain('contacts');
      const owned = rows.filter(({ owner }) => owner !== 'perigee_owner');
      expect(owned.filter(({ name }) => !/^blocks(_|$)/.test(name))).toEqual([]);
      // What a migration adds goes into deploy/postgres/grants.sql.
      expect(rows.filter(({ is_used }) => !is_used)).toEqual([]);
    } finally {
      await admin.end();
    }
  });
});

describe('the users of Redis', () => {
  const answerTo = (user: string, ...command: string[]): Promise<string> =>
    askRedisFor(deployment.redisUrl(user), command);

  it('are nobody without a password', async () => {
    const { host } = new URL(deployment.redisUrl('health'));
    expect(await askRedisFor(`redis://${host}`, ['PING'])).toContain('NOAUTH');
  });

  it.each(REFUSED_COMMANDS)('refuse %s: %s %s %s', async (user, ...command) => {
    expect(await answerTo(user, ...command)).toContain('NOPERM');
  });
});

describe('the users of RabbitMQ', () => {
  const said = (user: string, work: BrokerWork): Promise<string> =>
    answerOfBroker(deployment.rabbitUrl(user), work);

  it('are those of the file, and no guest', async () => {
    const users = await deployment.rabbitmq.control('-q', '--no-table-headers', 'list_users');
    const names = users
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0]!);
    expect(names.toSorted()).toEqual(['ingestor', 'perigee', 'rocket-monitor', 'scheduler']);
    const { host } = new URL(deployment.rabbitUrl('scheduler'));
    await expect(connect(`amqp://guest:guest@${host}`)).rejects.toThrow('ACCESS');
  });

  it('may publish what is theirs', async () => {
    expect(await said('scheduler', publish('ground', 'contact.scheduled'))).toBe('done');
    expect(await said('scheduler', publish('ground', 'reception.prepare'))).toBe('done');
    expect(await said('rocket-monitor', publish('ground', 'rocket.launched'))).toBe('done');
    expect(await said('rocket-monitor', publish('ground', 'contact.of-rockets'))).toBe('done');
  });

  it.each<[user: string, what: string, work: BrokerWork]>([
    ['scheduler', 'to tell of rockets', publish('ground', 'rocket.exploded')],
    ['scheduler', 'to speak for rockets', publish('ground', 'rocket.message')],
    ['scheduler', 'to read what is for others', (on) => on.get('ground.ingestor')],
    ['scheduler', 'to read dead letters of others', (on) => on.get('ground.ingestor.dead')],
    ['scheduler', 'to empty a queue of others', (on) => on.purgeQueue('ground.ingestor')],
    ['scheduler', 'to delete a queue of others', (on) => on.deleteQueue('ground.ingestor')],
    ['scheduler', 'to make a queue', (on) => on.assertQueue('mine')],
    ['scheduler', 'to make an exchange', (on) => on.assertExchange('mine', 'fanout')],
    [
      'scheduler',
      'to listen to commands of others',
      (on) => on.bindQueue('ground.scheduler', 'ground', 'reception.open'),
    ],
    ['ingestor', 'to command itself', publish('ground', 'reception.open')],
    ['ingestor', 'to read what is for others', (on) => on.get('ground.scheduler')],
    ['ingestor', 'to write into a queue directly', publish('', 'ground.scheduler')],
    ['ingestor', 'to listen to everything', (on) => on.bindQueue('ground.ingestor', 'ground', '#')],
    ['rocket-monitor', 'to tell of contacts', publish('ground', 'contact.cancelled')],
    ['rocket-monitor', 'to command receivers', publish('ground', 'reception.prepare')],
    ['rocket-monitor', 'to read what is for others', (on) => on.get('ground.scheduler')],
  ])('refuse %s %s', async (user, _, work) => {
    expect(await said(user, work)).toContain('ACCESS_REFUSED');
  });

  it('open the pages of the management to the operator alone', async () => {
    const statusFor = async (user: string): Promise<number> => {
      const { username, password } = new URL(deployment.rabbitUrl(user));
      const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
      const api = `http://127.0.0.1:${deployment.rabbitmq.managementPort}/api/whoami`;
      return (await fetch(api, { headers: { authorization } })).status;
    };
    expect(await statusFor('perigee')).toBe(200);
    expect(await statusFor('scheduler')).toBe(401);
  });
});
