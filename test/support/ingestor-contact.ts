import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { expect } from 'vitest';
import { type ContactReport, encodeBatteryPacket } from '#common/contracts';
import type { InProcessBus } from '#common/messaging';
import { ask, closeReception, type OpenCommand, openReception, reportOf } from './ingestor.js';
import { type FakeShip, type FakeStream, SHIP_EPOCH_MS } from './ship.js';
import { until } from './until.js';

export type Row = Readonly<Record<string, unknown>>;

/** Packets of a second each, so that some make more than a minute. */
const PACKET_MS = 1_000;

/** A packet of which every number and every battery says something else. */
export const tellingPacket = (
  { request }: FakeStream,
  sequence: number,
  batteries = 2,
  epochMs = SHIP_EPOCH_MS,
): Buffer =>
  encodeBatteryPacket({
    apid: request.apid!,
    sequence,
    generatedAtMs: epochMs + sequence * PACKET_MS,
    records: Array.from({ length: batteries }, (_, battery) => ({
      battery,
      mode: sequence % 2 === 0 ? ('charging' as const) : ('discharging' as const),
      volts: 24 + battery + (sequence % 16) / 16,
      amperes: sequence % 2 === 0 ? 1.5 : -2.25,
      celsius: 20 + sequence / 8,
      charge: 90 - sequence / 4,
    })),
  });

/** The stream that the ship agreed to, once the ingestor knows. */
export async function streamOf(
  app: NestFastifyApplication,
  bus: InProcessBus,
  ship: FakeShip,
  command: OpenCommand,
): Promise<FakeStream> {
  const at = ship.streams.length;
  await openReception(bus, command);
  await until(async () => {
    const { body } = await ask(app).get('/receptions').expect(200);
    expect(body).toContainEqual(
      expect.objectContaining({ contact_id: command.contact_id, is_streaming: true }),
    );
  });
  return ship.streams[at]!;
}

/** @param last what the ship says was the last number */
export async function endOf(
  app: NestFastifyApplication,
  bus: InProcessBus,
  command: OpenCommand,
  stream: FakeStream,
  last: number,
): Promise<ContactReport> {
  Object.assign(stream, { last, sent: last });
  await closeReception(bus, { ...command, reason: 'enough' });
  return reportOf(app, command);
}

/** In one page. */
export async function samplesOf(app: NestFastifyApplication, ship: string): Promise<Row[]> {
  const path = `/ships/${encodeURIComponent(ship)}/samples?limit=1000`;
  return (await ask(app).get(path).expect(200)).body as Row[];
}

export async function latestOf(app: NestFastifyApplication, ship: string): Promise<Row[]> {
  return (
    await ask(app)
      .get(`/ships/${encodeURIComponent(ship)}/latest`)
      .expect(200)
  ).body as Row[];
}

/** Listens for requests of others; the address, without the last slash. */
export async function listening(app: NestFastifyApplication): Promise<string> {
  await app.listen(0, '127.0.0.1');
  return (await app.getUrl()).replace(/\/$/, '');
}
