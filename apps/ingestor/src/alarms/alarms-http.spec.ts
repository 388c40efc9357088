import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alarmOf, NOW, SHIP, shipLimit } from './testing/alarms.js';
import { alarmsApp } from './testing/alarms-app.js';
import { WatchUnderTest } from './testing/watch-under-test.js';

const LIMITS = `/ships/${encodeURIComponent(SHIP)}/limits`;

describe('limits and alarms over HTTP', () => {
  const test = new WatchUnderTest();
  let app: NestFastifyApplication;

  beforeAll(async () => {
    await test.store.putLimit(shipLimit(), NOW);
    await test.store.save([alarmOf()]);
    app = await alarmsApp(test);
  });

  afterAll(async () => {
    await app.close();
    await test.watch.close(1_000);
  });

  const ask = () => request(app.getHttpServer());

  it.each([
    ['/colour', {}, 'field', /must be a field of a packet definition that is a number: .*volts/],
    ['/volts', { warning: { low: 'low' } }, 'warning.low', 'warning.low must be a finite number'],
    ['/volts', { hysteresis: [1] }, 'hysteresis', 'hysteresis must be a finite number'],
    ['/volts?battery=1&battery=2', {}, 'battery', 'it is given 2 times'],
    ['/volts?battery=', {}, 'battery', 'it is given without a value'],
    ['/volts?batery=1', {}, 'batery', 'its parameters are battery'],
  ])('say what is wrong with the limit %s %j', async (path, band, field, message) => {
    const limit = { stale_after: 10, ...band };
    const { body } = await ask().put(`${LIMITS}${path}`).send(limit).expect(400);

    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
    expect(body.detail).toMatch(message);
  });

  it('tell that the list of limits takes no parameters', async () => {
    const { body } = await ask().get(`${LIMITS}?battery=1`).expect(400);

    expect(body.detail).toBe(
      'battery is not a known field of the query; this address takes no parameters',
    );
  });

  it.each([undefined, {}, { comment: 'seen' }, { by: '' }, { by: null }])(
    'are acknowledged by somebody, which %j does not say',
    async (given) => {
      const [alarm] = await test.listed();
      const path = `/alarms/${alarm!.id}/acknowledge`;
      const { body } = await ask().post(path).send(given).expect(400);

      expect(body).toMatchObject({
        code: 'VALIDATION_FAILED',
        detail: 'by must be the name of who acknowledges: text of 1 to 128 characters, without NUL',
        errors: [{ field: 'by' }],
      });
      expect((await test.store.alarm(alarm!.id))?.acknowledged).toBeNull();
    },
  );
});
