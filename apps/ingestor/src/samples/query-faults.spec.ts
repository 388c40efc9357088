import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batteryPacket, SHIP, filledArchive } from '../adapters/testing/filled-archive.js';
import { samplesApp } from '../adapters/testing/samples-app.js';

const START = 1_893_456_000_000_000;
/** Each has four fields that are numbers. */
const BATTERIES = 33;

describe('the refusal of a query', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    const records = Array.from({ length: BATTERIES }, (_, battery) => ({ battery, volts: 20 }));
    // A packet has room for 32.
    const packets = [records.slice(0, 32), records.slice(32)].map((some, at) =>
      batteryPacket(START + at, at + 1, some),
    );
    const { archive } = filledArchive({ packets, isLevelled: () => true });
    app = await samplesApp(archive);
  });

  afterAll(() => app.close());

  it.each([
    ['limit=1&limit=2', 'limit must be an integer number; it is given 2 times'],
    ['limit=', 'limit must be an integer number; it is given without a value'],
    ['limit=0', 'limit must not be less than 1'],
    ['limit=0x10', 'limit must be an integer number'],
    ['limit=1e2', 'limit must be an integer number'],
    ['start=2262-04-12T00:00:00Z', 'start must be from 1684-07-28T00:12:25.259009Z to 2255-06-05'],
    ['end=9999999999999999', 'end must be from 1684-07-28T00:12:25.259009Z to 2255-06-05'],
    ['end=0001-01-01T00:00:00Z', 'end must be from 1684-07-28T00:12:25.259009Z to 2255-06-05'],
    ['end=2030-02-30T00:00:00Z', 'end must be a day and a time of day that exist'],
    ['end=2030-02-28T24:00:00Z', 'end must be a day and a time of day that exist'],
    ['end=2030-02-28T12:00:00', 'end must be an ISO 8601 time with an offset'],
    ['end=9e15', 'end must be an ISO 8601 time with an offset'],
  ])('tells what is wrong with %s', async (query, message) => {
    const path = `/ships/${encodeURIComponent(SHIP)}/samples?${query}`;
    const { body } = await request(app.getHttpServer()).get(path).expect(400);

    expect(body.detail).toContain(message);
    expect(body.errors[0].message).toContain(message);
  });

  it('tells an unknown parameter from those that there are', async () => {
    const path = `/ships/${encodeURIComponent(SHIP)}/latest?colour=red&__proto__=1`;
    const { body } = await request(app.getHttpServer()).get(path).expect(400);
    const { body: other } = await request(app.getHttpServer()).get('/ships?page=2').expect(400);

    const message = '__proto__ is not a known field of the query; its parameters are include';
    expect(body.errors).toEqual([{ field: '__proto__', message }]);
    expect(other.detail).toBe(
      'page is not a known field of the query; its parameters are limit, cursor',
    );
  });

  it('says all that is wrong at once', async () => {
    const path = `/ships/${encodeURIComponent(SHIP)}/export?colour=red&end=&start=0&start=0`;
    const { body } = await request(app.getHttpServer()).get(path).expect(400);

    expect(body.errors).toHaveLength(3);
    expect(body.detail).toContain(
      'its parameters are format, start, end, after, field, battery, include, contact',
    );
    expect(body.detail).toMatch(/start must be [^;]+; it is given 2 times/);
    expect(body.detail).toMatch(/end must be [^;]+; it is given without a value/);
  });

  it.each([
    ['', '132 series, and one request has at most 128: name the fields and batteries'],
    ['&battery=0,1,2&size=10000', 'ask for a smaller size, or name fewer fields and batteries'],
  ])('says what to change for less than all series (%s)', async (query, message) => {
    const path = `/ships/${encodeURIComponent(SHIP)}/samples?strategy=minmax${query}`;
    const { body } = await request(app.getHttpServer()).get(path).expect(400);

    expect(body).toMatchObject({
      code: 'SAMPLES_TOO_MANY',
      detail: expect.stringContaining(message),
    });
  });

  it('finds no fault with repeating what may be repeated', async () => {
    const path = `/ships/${encodeURIComponent(SHIP)}/samples?battery=0&battery=256`;
    const { body } = await request(app.getHttpServer()).get(path).expect(400);

    expect(body.detail).toBe('battery must be numbers from 0 to 255, at most 256 of them');
  });
});
