import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request, { type Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeBatteryText } from '#common/contracts';
import { batteryPacket, CONTACT, filledArchive, SHIP } from '../adapters/testing/filled-archive.js';
import { samplesApp } from '../adapters/testing/samples-app.js';
import { formatPointId } from './point-id.js';

const START = 1_893_456_000_000_000;
const SECOND = 1_000_000;
const PATH = `/ships/${encodeURIComponent(SHIP)}`;
const COUNT = 150;

/** Battery 0 and 1 each second, and once in a while a text of format `json`. */
const PACKETS = Array.from({ length: COUNT }, (_, at) =>
  batteryPacket(START + at * SECOND, at + 1, [
    { battery: 1, volts: 100 + at },
    { battery: 0, volts: at % 10, mode: 'charging', amperes: -1.5, celsius: 21.25, charge: 87.5 },
  ]),
);
const TEXT_AT = START + COUNT * SECOND;
const TEXT = {
  contactId: CONTACT.replace('1', '2'),
  fence: 2,
  sequence: 1,
  generatedAt: TEXT_AT,
  definition: 'battery-text',
  packet: Buffer.from(encodeBatteryText({ generatedAt: TEXT_AT, volts: 17 })),
};

describe('the samples over HTTP', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    const { archive } = filledArchive({
      packets: [...PACKETS.toReversed(), TEXT],
      packetsPerBlock: 7,
      isLevelled: () => true,
    });
    app = await samplesApp(archive);
  });

  afterAll(async () => {
    await app.close();
  });

  const ask = () => request(app.getHttpServer());

  async function all(path: string): Promise<{ pages: number; items: Record<string, unknown>[] }> {
    const items: Record<string, unknown>[] = [];
    let pages = 0;
    for (let next: string | undefined = path; next !== undefined; pages += 1) {
      const answer: Response = await ask().get(next).expect(200);
      items.push(...(answer.body as Record<string, unknown>[]));
      next = /^<([^>]+)>; rel="next"$/.exec(answer.headers['link'] ?? '')?.[1];
    }
    return { pages, items };
  }

  it('are whole without parameters', async () => {
    const { body } = await ask().get(`${PATH}/samples?limit=1`).expect(200);

    expect(JSON.stringify(body)).toBe(
      JSON.stringify([
        {
          contact_id: CONTACT,
          generated_at: '2030-01-01T00:00:00.000Z',
          sequence: 1,
          battery: 0,
          mode: 'charging',
          volts: 0,
          amperes: -1.5,
          celsius: 21.25,
          charge: 87.5,
        },
      ]),
    );
  });

  it('come in pages that may end amid a packet', async () => {
    const whole = await all(`${PATH}/samples?limit=1000`);
    const pages = await all(`${PATH}/samples?limit=17`);

    expect(whole.items).toHaveLength(2 * COUNT + 1);
    expect(pages.items).toEqual(whole.items);
    expect(pages.pages).toBe(18);
  });

  it('are of the batteries and fields that are asked for', async () => {
    const path = `${PATH}/samples?battery=1&field=volts,charge&include=received_at&limit=1000`;
    const { items } = await all(path);

    expect(items).toHaveLength(COUNT);
    expect(items[3]).toEqual({
      contact_id: CONTACT,
      generated_at: '2030-01-01T00:00:03.000Z',
      sequence: 4,
      battery: 1,
      volts: 103,
      charge: 50,
      received_at: '2030-01-01T00:00:03.000Z',
    });
  });

  it('are cut by milliseconds with parts as by ISO times', async () => {
    const ms = START / 1_000;
    const { body } = await ask()
      .get(`${PATH}/samples?battery=0&start=${ms + 999.5}&end=2030-01-01T00:00:04Z`)
      .expect(200);

    expect(body.map(({ sequence }: { sequence: number }) => sequence)).toEqual([2, 3, 4]);
  });

  it('have fields that format json does not know as null', async () => {
    const { body } = await ask()
      .get(`${PATH}/samples?start=${TEXT_AT / 1_000}`)
      .expect(200);

    expect(body).toMatchObject([
      { battery: 0, mode: null, volts: 17, amperes: null, charge: null },
    ]);
  });

  it('are there as minima and maxima, each series by itself', async () => {
    const { body } = await ask()
      .get(`${PATH}/samples?strategy=minmax&size=3.7&battery=0,1&field=volts`)
      .expect(200);

    expect(body).toHaveLength(6);
    expect(body[1]).toEqual({
      start: '2030-01-01T00:01:00.000Z',
      end: '2030-01-01T00:02:00.000Z',
      battery: 0,
      field: 'volts',
      count: 60,
      min: 0,
      min_at: '2030-01-01T00:01:00.000Z',
      max: 9,
      max_at: '2030-01-01T00:01:09.000Z',
    });
    expect(body.at(-1)).toMatchObject({ battery: 1, count: 30, min: 220, max: 249 });
  });

  it('have no minima of texts, unless nobody asked for one', async () => {
    const { body } = await ask().get(`${PATH}/samples?strategy=minmax&size=1`).expect(200);

    expect(new Set(body.map(({ field }: { field: string }) => field))).toEqual(
      new Set(['volts', 'amperes', 'celsius', 'charge']),
    );
  });

  it('are the newest of each battery before an end', async () => {
    const end = START / 1_000 + 100_000;
    const { body } = await ask()
      .get(`${PATH}/samples?strategy=latest&size=1&end=${end}`)
      .expect(200);
    const { body: latest } = await ask().get(`${PATH}/latest?include=received_at`).expect(200);

    expect(body).toMatchObject([
      { battery: 0, sequence: 100 },
      { battery: 1, sequence: 100 },
    ]);
    expect(latest).toMatchObject([
      { battery: 0, volts: 17, mode: null, received_at: expect.stringMatching(/Z$/) },
      { battery: 1, sequence: COUNT, volts: 99 + COUNT },
    ]);
  });

  it.each(['raw', 'minmax', 'latest'])(
    'of a battery that is not there are none (%s)',
    async (by) => {
      const { body } = await ask().get(`${PATH}/samples?battery=200&strategy=${by}`).expect(200);

      expect(body).toEqual([]);
    },
  );

  it.each([
    ['start=2030-01-02T00:00:00Z&end=2030-01-01T00:00:00Z', 'end'],
    ['start=2030-01-01T00:00:00Z&end=2030-01-01T00:00:00Z', 'end'],
    ['start=0000-01-01T00:00:00Z', 'start'],
    ['end=9999-12-31T00:00:00Z', 'end'],
    ['start=9999999999999999', 'start'],
    ['start=NaN', 'start'],
    ['start=1e12', 'start'],
    ['start=1&start=2', 'start'],
    ['strategy=all', 'strategy'],
    ['strategy=raw&strategy=raw', 'strategy'],
    ['strategy=minmax&size=0', 'size'],
    ['strategy=minmax&size=0.5', 'size'],
    ['strategy=minmax&size=-1', 'size'],
    ['strategy=minmax&size=1e9', 'size'],
    ['strategy=minmax&size=1000000000', 'size'],
    ['strategy=minmax&size=NaN', 'size'],
    ['strategy=minmax&size=2&size=3', 'size'],
    ['strategy=minmax&cursor=WzFd', 'cursor'],
    ['strategy=minmax&field=mode', 'field'],
    ['size=10', 'size'],
    ['include=volts', 'include'],
    ['strategy=minmax&include=received_at', 'include'],
    ['field=colour', 'field'],
    ['field=', 'field'],
    ['field[]=volts', 'field[]'],
    ['field=__proto__', 'field'],
    ['battery=256', 'battery'],
    ['battery=-1', 'battery'],
    ['battery=one', 'battery'],
    ['battery=', 'battery'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=WzEsMiwzLDRd', 'cursor'],
  ])('are refused for %s, and the field is named', async (query, field) => {
    const { body, headers } = await ask().get(`${PATH}/samples?${query}`).expect(400);

    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
  });

  it('tell which fields there are when one is not known', async () => {
    const { body } = await ask().get(`${PATH}/samples?field=colour`).expect(400);

    expect(body.detail).toContain('mode, volts, amperes, celsius, charge');
  });

  it('are the points of Open MCT’s tutorial', async () => {
    const ids = [
      formatPointId({ ship: SHIP, battery: 1, field: 'volts' }),
      formatPointId({ ship: SHIP, battery: 0, field: 'mode' }),
    ];
    const [ms, end] = [START / 1_000, START / 1_000 + 2_000.5];
    const { body } = await ask()
      .get(`/history/${ids.join(',')}?start=${ms}&end=${end}`)
      .expect(200);

    expect(body).toEqual([
      ...[0, 1, 2].map((nr) => ({ timestamp: ms + nr * 1_000, value: 100 + nr, id: ids[0] })),
      ...[0, 1, 2].map((nr) => ({ timestamp: ms + nr * 1_000, value: 'charging', id: ids[1] })),
    ]);
  });

  it('are thinned for Open MCT to as many points as it asks for', async () => {
    const id = formatPointId({ ship: SHIP, battery: 0, field: 'volts' });
    const { body } = await ask().get(`/history/${id}?strategy=minmax&size=6.9`).expect(200);
    const { body: latest } = await ask().get(`/history/${id}?strategy=latest&size=1`).expect(200);

    expect(body).toEqual(
      [
        [0, 0],
        [9, 9],
        [60, 0],
        [69, 9],
        [120, 0],
        [150, 17],
      ].map(([at, value]) => ({ timestamp: START / 1_000 + at! * 1_000, value, id })),
    );
    expect(latest).toEqual([{ timestamp: TEXT_AT / 1_000, value: 17, id }]);
  });

  it.each(['volts', 'Voyager.0', 'Voyager.0.volts,', 'Voyager.900.volts'])(
    'are not to be had for the id %s',
    async (id) => {
      const { body } = await ask().get(`/history/${id}`).expect(400);

      expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field: 'ids' }] });
    },
  );

  it('are described with all their fields', async () => {
    const { body: documents } = await ask().get('/docs-json').expect(200);
    const { body: samples } = await ask().get(`${PATH}/samples?limit=1`).expect(200);
    const { body: stretches } = await ask().get(`${PATH}/samples?strategy=minmax`).expect(200);

    for (const [name, object] of [
      ['SampleDto', samples[0]],
      ['StretchDto', stretches[0]],
    ])
      expect(Object.keys(documents.components.schemas[name].properties)).toEqual(
        expect.arrayContaining(Object.keys(object)),
      );
  });
});
