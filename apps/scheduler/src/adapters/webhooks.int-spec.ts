import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { until } from '../../../../test/support/until.js';
import { addOne, BY_TEST } from '../contacts/contact-store.contract.js';
import { WebhookReceiver } from '../webhooks/testing/webhook.receiver.js';
import type { Webhook } from '../webhooks/webhook.js';
import type { WebhookPolicy } from '../webhooks/webhook-policy.js';
import { newSecret, signatureHeaders } from '../webhooks/webhook-signature.js';
import type { NewWebhook } from '../webhooks/webhook-store.port.js';
import { WebhookProcess } from './testing/webhook.process.js';

const secret = newSecret();

describe('webhooks on PostgreSQL', () => {
  let database: TestDatabase;
  let receiver: WebhookReceiver;
  const processes: WebhookProcess[] = [];

  // The dying have much to say.
  beforeAll(() => Logger.overrideLogger(false));
  afterAll(() => Logger.overrideLogger(['error']));

  beforeEach(async () => {
    [database, receiver] = await Promise.all([testDatabase(), WebhookReceiver.open()]);
  });

  afterEach(async () => {
    await receiver.close();
    for (const process of processes.splice(0)) await process.stop();
    await database.drop();
  });

  const started = async (
    given?: Partial<WebhookPolicy>,
    targets?: string,
  ): Promise<WebhookProcess> => {
    const process = await WebhookProcess.start(database.url, given, targets);
    processes.push(process);
    return process;
  };
  const add = ({ service }: WebhookProcess, given: Partial<NewWebhook> = {}): Promise<Webhook> =>
    service.add({ url: receiver.url, states: [], shipName: null, antenna: null, secret, ...given });
  const bookMany = async ({ contacts }: WebhookProcess, count: number): Promise<string[]> => {
    const ids: string[] = [];
    for (let nr = 1; nr <= count; nr += 1)
      ids.push((await addOne(contacts, { shipName: `Ship ${nr}` })).id);
    return ids;
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const outcomes = async ({ service }: WebhookProcess, { id }: Webhook) =>
    (await service.deliveries(id, 1_000, null)).items
      .toReversed()
      .map(({ number, attempt, outcome }) => `${number} ${attempt} ${outcome}`);

  it('tell each change once, in order, signed', async () => {
    const process = await started();
    await bookMany(process, 1);
    await until(async () => expect(await process.log.last()).toBe(1));
    const webhook = await add(process);
    await bookMany(process, 5);
    await until(() => expect(receiver.takenNumbers).toEqual([2, 3, 4, 5, 6]));

    const [{ headers, body, message }] = receiver.calls as [(typeof receiver.calls)[number]];
    const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']] as string[];
    expect(id).toBe(`${webhook.id}-2`);
    const signed = signatureHeaders({ id: id!, timestamp: Number(timestamp), body }, secret);
    expect(headers).toMatchObject({ ...signed, 'content-type': 'application/json' });
    expect(message.type).toBe('contact.scheduled');
    expect(message.data).toMatchObject({ number: 2, ship_name: 'Ship 1', by: BY_TEST.by });
    await until(async () => {
      expect((await process.service.get(webhook.id)).position).toBe(6);
      const told = await outcomes(process, webhook);
      expect(told).toEqual([2, 3, 4, 5, 6].map((number) => `${number} 1 delivered`));
    });
  });

  it('tell only what is wanted, and pass over the rest', async () => {
    const process = await started();
    const wish = { shipName: 'Ship 2', states: ['cancelled' as const] };
    const { id } = await add(process, wish);
    for (const contact of await bookMany(process, 3)) await process.contacts.end(contact, BY_TEST);
    await until(async () => expect((await process.service.get(id)).position).toBe(6));

    expect(receiver.calls.map(({ message }) => [message.type, message.data['ship_name']])).toEqual([
      ['contact.cancelled', 'Ship 2'],
    ]);
  });

  it('come to a receiver that failed, hung and cut, and then heals', async () => {
    const process = await started({ answerMsMax: 1_000, retryDelaysMs: Array(20).fill(10) });
    const sick = [500, 'hang', 'cut', 200, 404, 302, 200] as const;
    receiver.answering = (nr) => sick[nr - 1] ?? 200;
    const webhook = await add(process);
    await bookMany(process, 5);
    await until(() => expect(receiver.takenNumbers).toEqual(numbers(5)));

    const ids = receiver.calls.slice(0, 4).map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    await until(async () => {
      const { items } = await process.service.deliveries(webhook.id, 1_000, null);
      const told = items.filter(({ outcome }) => outcome === 'delivered');
      expect(told.map(({ number }) => number).toReversed()).toEqual(numbers(5));
      const inVain = items.filter(({ outcome }) => outcome === 'retried');
      expect(inVain.map(({ status }) => status)).toEqual(expect.arrayContaining([500, 404, 302]));
      const errors = inVain.map(({ error }) => error);
      expect(errors).toEqual(expect.arrayContaining(['No answer in time', 'ECONNRESET']));
    });
    expect(await process.service.get(webhook.id)).toMatchObject({ failingSince: null, attempt: 0 });
  });

  it('give up a change that is refused so often, and go on', async () => {
    const process = await started();
    receiver.answering = (_, { message }) => (message.data['number'] === 2 ? 400 : 200);
    const webhook = await add(process);
    await bookMany(process, 3);
    await until(async () =>
      expect(await outcomes(process, webhook)).toEqual([
        '1 1 delivered',
        '2 1 retried',
        '2 2 retried',
        '2 3 retried',
        '2 4 failed',
        '3 1 delivered',
      ]),
    );
  });

  it('end with a receiver that is gone, until somebody revives them', async () => {
    const process = await started();
    receiver.answering = (nr) => (nr === 2 ? 410 : 200);
    const { id } = await add(process);
    await bookMany(process, 3);
    await until(async () =>
      expect(await process.service.get(id)).toMatchObject({ state: 'disabled', position: 1 }),
    );
    expect(receiver.calls).toHaveLength(2);
    await process.service.change(id, { state: 'active' });
    await until(() => expect(receiver.takenNumbers).toEqual([1, 2, 3]));
  });

  it('end with a receiver that took nothing for days', async () => {
    const process = await started();
    receiver.answering = () => 500;
    const { id } = await add(process);
    await bookMany(process, 1);
    await until(async () => expect((await process.service.get(id)).failingSince).not.toBeNull());
    await process.source.query(`UPDATE webhooks SET failing_since = now() - interval '4 days'`);
    await bookMany(process, 1);
    await until(async () =>
      expect(await process.service.get(id)).toMatchObject({
        state: 'disabled',
        disabledReason: 'Nothing was taken for 3 days',
      }),
    );
  });

  it('wait while they are paused, and lose nothing', async () => {
    const process = await started();
    const { id } = await add(process);
    await process.service.change(id, { state: 'paused' });
    // A call under way at the pause may still come; there was nothing to tell then.
    await bookMany(process, 3);
    const other = await add(process, { shipName: 'nobody' });
    await bookMany(process, 1);
    await until(async () => expect((await process.service.get(other.id)).position).toBe(4));
    expect(receiver.calls).toEqual([]);
    await process.service.change(id, { state: 'active' });
    await until(() => expect(receiver.takenNumbers).toEqual(numbers(4)));
  });

  it.each([1, 4])('go on elsewhere when the process dies over call %i', async (fatal) => {
    const dying = await started();
    await add(dying);
    receiver.answering = (nr) => {
      if (nr === fatal) void dying.kill();
      return 200;
    };
    const living = await started();
    await bookMany(living, 8);
    await until(() => expect(new Set(receiver.takenNumbers)).toEqual(new Set(numbers(8))));

    await until(() => expect(dying.source.isInitialized).toBe(false));
    // In order; only what was not written down in time comes again.
    const told = receiver.takenNumbers;
    expect(told).toEqual(told.toSorted((one, other) => one - other));
  });

  it('are served by one of several schedulers, each change once', async () => {
    const long = { leaseMs: 60_000 };
    const several = [await started(long), await started(long), await started(long)];
    const webhooks = [];
    for (const process of several) webhooks.push(await add(process));
    await Promise.all(several.map((process) => bookMany(process, 10)));
    await until(() => expect(receiver.taken).toHaveLength(90));
    await several[0]!.stop();
    processes.shift();
    await bookMany(several[1]!, 1);
    await until(() => expect(receiver.taken).toHaveLength(93));

    for (const { id } of webhooks) {
      const told = receiver.taken.filter(({ headers }) =>
        headers['webhook-id']?.toString().startsWith(id),
      );
      expect(told.map(({ message }) => message.data['number'])).toEqual(numbers(31));
    }
  });

  it.each([
    ['by its address', '10.0.0.0/8', (port: number) => `http://127.0.0.1:${port}/`],
    ['by its name', '10.0.0.0/8', (port: number) => `http://localhost:${port}/`],
  ])('never go where they may not, %s', async (_, targets, urlOf) => {
    const process = await started({}, targets);
    // As one that was allowed once.
    const wide = await started();
    const { id } = await add(wide, { url: urlOf(receiver.port) });
    expect(await process.service.test(id)).toMatchObject({
      outcome: 'failed',
      status: null,
      error: expect.stringContaining('not within the networks'),
    });
    expect(receiver.calls).toEqual([]);
  });

  it('follow no redirection, and read no more of an answer than they need', async () => {
    const process = await started();
    const { id } = await add(process);
    receiver.answering = (nr) =>
      nr === 1
        ? (_, response) => response.writeHead(307, { location: receiver.url }).end()
        : (_, response) => {
            response.writeHead(200);
            const more = (): void => {
              while (!response.destroyed && response.write('x'.repeat(65_536)));
            };
            response.on('drain', more);
            more();
          };
    expect(await process.service.test(id)).toMatchObject({ outcome: 'failed', status: 307 });
    expect(await process.service.test(id)).toMatchObject({ outcome: 'delivered', status: 200 });
    expect(receiver.calls.map(({ message }) => message.type)).toEqual([
      'webhook.test',
      'webhook.test',
    ]);
  });

  it('keep the latest calls alone', async () => {
    const process = await started({ deliveriesKept: 3 });
    const { id } = await add(process);
    for (let nr = 1; nr <= 5; nr += 1) await process.service.test(id);
    expect((await process.service.deliveries(id, 10, null)).items).toHaveLength(3);
  });
});
