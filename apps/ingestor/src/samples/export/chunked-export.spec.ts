import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  batteryPacket,
  CONTACT,
  filledArchive,
  SHIP,
} from '../../adapters/testing/filled-archive.js';
import { samplesApp } from '../../adapters/testing/samples-app.js';

const START = 1_893_456_000_000_000;
const SECOND = 1_000_000;
/** What is sent at once: somewhere in it, the last line fills it up. */
const CHUNK_BYTES = 64 * 1024;
const PACKETS = 2_300;

const timeAt = (second: number): string => new Date(START / 1_000 + second * 1_000).toISOString();

describe('an export in chunks', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    const packets = Array.from({ length: PACKETS }, (_, at) =>
      batteryPacket(START + at * SECOND, at + 1, [{ battery: 0, volts: 3.5 }]),
    );
    app = await samplesApp(filledArchive({ packets, packetsPerBlock: 500 }).archive);
  });

  afterAll(() => app.close());

  it.each([
    { format: 'csv', header: 'time,0.volts\r\n', lineOf: (time: string) => `${time},3.5\r\n` },
    { format: 'ndjson', header: '', lineOf: lineOfSample },
  ])('as $format ends in its last line, wherever that ends', async ({ format, header, lineOf }) => {
    const lines = Array.from({ length: PACKETS }, (_, at) => lineOf(timeAt(at), at + 1));
    const textOf = (count: number) => header + lines.slice(0, count).join('');
    const filling = lines.findIndex((_, at) => textOf(at).length >= CHUNK_BYTES);
    for (const count of [0, 1, filling - 1, filling, filling + 1, PACKETS]) {
      const { text } = await request(app.getHttpServer())
        .get(`/ships/${encodeURIComponent(SHIP)}/export`)
        .query({ format, field: 'volts', end: timeAt(count) })
        .buffer(true)
        .expect(200);
      expect(text).toBe(textOf(count));
    }
  });
});

function lineOfSample(time: string, sequence: number): string {
  const sample = { contact_id: CONTACT, generated_at: time, sequence, battery: 0, volts: 3.5 };
  return `${JSON.stringify(sample)}\n`;
}
