import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHIP, filledArchive } from '../adapters/testing/filled-archive.js';
import { samplesApp } from '../adapters/testing/samples-app.js';

describe('the refusal of a query', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    const { archive } = filledArchive({ packets: [], packetsPerBlock: 1, isLevelled: () => true });
    app = await samplesApp(archive);
  });

  afterAll(() => app.close());

  it.each([
    ['limit=1&limit=2', 'limit must be an integer number; it is given 2 times'],
    ['limit=', 'limit must not be less than 1; it is given without a value'],
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
});
