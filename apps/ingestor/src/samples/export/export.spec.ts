import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { tableFromIPC } from 'apache-arrow';
import { readParquet } from 'parquet-wasm/node';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../../../../test/support/until.js';
import {
  batteryPacket,
  CONTACT,
  filledArchive,
  SHIP,
} from '../../adapters/testing/filled-archive.js';
import { samplesApp } from '../../adapters/testing/samples-app.js';
import type { LoosePacket } from '../testing/blocks.js';
import { ExportPlaces, EXPORTS_MAX } from './export-places.js';

const START = 1_893_456_000_000_000;
const SECOND = 1_000_000;
const PATH = `/ships/${encodeURIComponent(SHIP)}/export`;
const OTHER_CONTACT = CONTACT.replace('1', '2');

const record = (battery: number, volts: number) => ({ battery, volts });
const packetAt = (second: number, sequence = second + 1, contactId = CONTACT): LoosePacket =>
  batteryPacket(
    START + second * SECOND,
    sequence,
    [record(2, second + 0.5), record(0, second)],
    contactId,
  );

const SECONDS = Array.from({ length: 130 }, (_, at) => packetAt(at));

describe('an export', () => {
  const apps: NestFastifyApplication[] = [];

  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });

  async function appWith(packets: readonly LoosePacket[], packetsPerBlock = 50) {
    const app = await samplesApp(filledArchive({ packets, packetsPerBlock }).archive);
    apps.push(app);
    return app;
  }

  async function exported(app: NestFastifyApplication, query: string): Promise<Buffer> {
    const { body } = await request(app.getHttpServer())
      .get(`${PATH}?${query}`)
      .buffer(true)
      .parse((answer, done) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => done(null, Buffer.concat(chunks)));
      })
      .expect(200);
    return body as Buffer;
  }

  const textOf = async (app: NestFastifyApplication, query: string): Promise<string> =>
    (await exported(app, query)).toString();

  it('as csv has a row for each time, and a column for each series', async () => {
    const text = await textOf(await appWith(SECONDS), 'field=volts,mode&format=csv');
    const lines = text.split('\r\n');

    expect(lines).toHaveLength(132);
    expect(lines.slice(0, 3)).toEqual([
      'time,0.mode,0.volts,2.mode,2.volts',
      '2030-01-01T00:00:00.000Z,idle,0,idle,0.5',
      '2030-01-01T00:00:01.000Z,idle,1,idle,1.5',
    ]);
    expect(lines.at(-1)).toBe('');
  });

  it('as csv leaves out nothing where a battery speaks twice at one time', async () => {
    const twice = [
      batteryPacket(START, 1, [record(0, 1)]),
      batteryPacket(START, 2, [record(2, 2)]),
      batteryPacket(START, 3, [record(2, 3), record(0, 4)]),
    ];

    expect(await textOf(await appWith(twice), 'field=volts')).toBe(
      [
        'time,0.volts,2.volts',
        '2030-01-01T00:00:00.000Z,1,2',
        '2030-01-01T00:00:00.000Z,4,3',
        '',
      ].join('\r\n'),
    );
  });

  it('as csv has its header also where there is nothing', async () => {
    const app = await appWith(SECONDS);

    expect(await textOf(app, 'field=volts&start=2031-01-01T00:00:00Z')).toBe(
      'time,0.volts,2.volts\r\n',
    );
    expect(await textOf(app, `field=volts&battery=2&contact=${OTHER_CONTACT}`)).toBe(
      'time,2.volts\r\n',
    );
  });

  it('as ndjson has the samples line by line', async () => {
    const app = await appWith(SECONDS);
    const lines = (await textOf(app, 'format=ndjson')).split('\n');
    const { body } = await request(app.getHttpServer())
      .get(`${PATH.replace('export', 'samples')}?limit=1000`)
      .expect(200);

    expect(lines.pop()).toBe('');
    expect(lines).toEqual(body.map((sample: object) => JSON.stringify(sample)));
  });

  it.each(['csv', 'ndjson'])('as %s goes on behind the last complete time', async (format) => {
    const app = await appWith(SECONDS);
    const whole = await textOf(app, `format=${format}`);
    const after = encodeURIComponent('2030-01-01T00:01:10.000Z');
    const rest = await textOf(app, `format=${format}&after=${after}`);

    const header = format === 'csv' ? whole.slice(0, whole.indexOf('\n') + 1) : '';
    expect(rest.startsWith(header)).toBe(true);
    expect(whole.endsWith(rest.slice(header.length))).toBe(true);
    expect(rest).toContain('2030-01-01T00:01:11.000Z');
    expect(rest).not.toContain('2030-01-01T00:01:10.000Z');
  });

  it('as parquet is read by a reader that is not its writer', async () => {
    const app = await appWith([...SECONDS, packetAt(200, 1, OTHER_CONTACT)]);
    const bytes = await exported(app, 'format=parquet&field=mode,volts&include=received_at');
    const table = tableFromIPC(readParquet(bytes).intoIPCStream());
    const { body } = await request(app.getHttpServer())
      .get(`${PATH.replace('export', 'samples')}?limit=1000&field=mode,volts&include=received_at`)
      .expect(200);

    const rows = table.toArray().map((row) => ({ ...row.toJSON() }));
    expect(rows.map(({ packet }) => packet)).toEqual(body.map(() => 'battery'));
    expect(
      rows.map(
        ({ packet: _definition, generated_at: generatedAt, received_at: receivedAt, ...row }) => ({
          ...row,
          sequence: Number(row['sequence']),
          generated_at: new Date(Number(generatedAt)).toISOString(),
          received_at: new Date(Number(receivedAt)).toISOString(),
        }),
      ),
    ).toEqual(body);
    expect(table.schema.fields.map((field) => `${field.name}: ${String(field.type)}`)).toEqual([
      'generated_at: Timestamp<MICROSECOND, UTC>',
      'contact_id: Utf8',
      'sequence: Int64',
      'battery: Int32',
      'packet: Utf8',
      'mode: Utf8',
      'volts: Float64',
      'received_at: Timestamp<MICROSECOND, UTC>',
    ]);
  });

  it.each(['csv', 'ndjson', 'parquet'])(
    'as %s is the same to the byte whatever the order of arrival and the blocks',
    async (format) => {
      const packets = [...SECONDS, ...SECONDS.map((_, at) => packetAt(at, at, OTHER_CONTACT))];
      const expected = await exported(await appWith(packets, 4_096), `format=${format}`);

      const shuffled = packets.toSorted(
        (a, b) => ((a.sequence * 37) % 101) - ((b.sequence * 37) % 101),
      );
      for (const packetsPerBlock of [1, 7, 100])
        expect(
          await exported(await appWith(shuffled, packetsPerBlock), `format=${format}`),
        ).toEqual(expected);
    },
  );

  it('is of one contact where one is named', async () => {
    const packets = [...SECONDS, packetAt(5, 1, OTHER_CONTACT)];
    const text = await textOf(
      await appWith(packets),
      `format=ndjson&contact=${OTHER_CONTACT.toUpperCase()}&battery=0`,
    );

    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ contact_id: OTHER_CONTACT, battery: 0, volts: 5 }]);
  });

  it('has a name that no ship can break', async () => {
    const { headers } = await request((await appWith(SECONDS)).getHttpServer())
      .get(`${PATH}?format=ndjson`)
      .expect(200);

    expect(headers['content-type']).toContain('application/x-ndjson');
    expect(headers['content-disposition']).toBe(
      `attachment; filename="Ship_n_100_.ndjson"; filename*=UTF-8''Ship%20%2F%20%C3%9Cn%C3%B6%2C%20100%25.ndjson`,
    );
  });

  it('is told by HEAD without being made', async () => {
    const app = await appWith(SECONDS);
    const { headers } = await request(app.getHttpServer()).head(`${PATH}?format=csv`).expect(200);

    expect(headers['content-disposition']).toContain('.csv');
    expect(app.get(ExportPlaces).takenCount).toBe(0);
  });

  it.each([
    ['format=xml', 'format'],
    ['contact=17', 'contact'],
    ['after=yesterday', 'after'],
    ['limit=5', 'limit'],
    ['field=colour', 'field'],
    ['format=csv&format=csv', 'format'],
    ['format=csv&include=received_at', 'include'],
    ['format=ndjson&include=sequence', 'include'],
  ])('is refused for %s, and the field is named', async (query, field) => {
    const app = await appWith(SECONDS);
    const { body } = await request(app.getHttpServer()).get(`${PATH}?${query}`).expect(400);

    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
    expect(app.get(ExportPlaces).takenCount).toBe(0);
  });

  it('has to wait when there are too many, and leaves its place when the client goes', async () => {
    // More than the buffers of all sockets take: 50 MB.
    const records = Array.from({ length: 32 }, (_, battery) => record(battery, 1 / 3));
    const many = Array.from({ length: 5_000 }, (_, at) =>
      batteryPacket(START + at * SECOND, at, records),
    );
    const app = await appWith(many, 4_096);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const clients = await Promise.all(
      Array.from({ length: EXPORTS_MAX }, async () => {
        const client = httpRequest({ port, host: '127.0.0.1', path: `${PATH}?format=ndjson` });
        client.on('error', () => undefined).end();
        await once(client, 'response');
        return client;
      }),
    );
    const full = await request(app.getHttpServer()).get(PATH).expect(503);
    expect(full.body).toMatchObject({ code: 'EXPORTS_FULL' });

    for (const client of clients) client.destroy();

    await until(() => expect(app.get(ExportPlaces).takenCount).toBe(0));
  });
});
