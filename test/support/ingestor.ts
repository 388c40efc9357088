import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { lastValueFrom } from 'rxjs';
import request from 'supertest';
import type TestAgent from 'supertest/lib/agent.js';
import {
  type ContactReport,
  RECEPTION_CLOSE,
  RECEPTION_OPEN,
  RECEPTION_PREPARE,
  type ReceptionCloseDto,
  type ReceptionOpenDto,
} from '#common/contracts';
import { type Bus, envelope, type InProcessBus } from '#common/messaging';
import { createIngestor } from '../../apps/ingestor/src/ingestor.app.js';
import { IngestorConfig } from '../../apps/ingestor/src/ingestor.config.js';
import { until } from './until.js';

const REPORT_DEADLINE_MS = 15_000;

/** The command as plain values, so that tests can vary it. */
export type OpenCommand = Readonly<Pick<ReceptionOpenDto, keyof ReceptionOpenDto>>;

export interface IngestorOptions {
  readonly bus: InProcessBus;
  readonly databaseUrl: string;
  readonly shipUrl: string;
  readonly redisUrl?: string;
  readonly settings?: Partial<IngestorConfig>;
}

/** The real app on any free ports. */
export async function startIngestor({
  bus,
  databaseUrl,
  shipUrl,
  redisUrl,
  settings,
}: IngestorOptions): Promise<NestFastifyApplication> {
  const config = Object.assign(new IngestorConfig(), {
    INGESTOR_UDP_PORT: 0,
    // Not where the system takes the free ports from that tests replay to.
    INGESTOR_PORT_POOL: '22000-22255',
    SPACESHIP_URL: shipUrl,
    LOG_LEVEL: 'silent',
    ...settings,
  });
  const app = await createIngestor(config, { bus, databaseUrl, redisUrl });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

export const ask = (app: NestFastifyApplication): TestAgent => request(app.getHttpServer());

/** A contact that starts now and lasts `seconds`. */
export function opening(
  seconds: number,
  stream: ReceptionOpenDto['stream'],
  change: Partial<OpenCommand> = {},
): OpenCommand {
  const now = Date.now();
  return {
    contact_id: randomUUID(),
    fence: 1,
    ship_name: 'USS Enterprise',
    planned_start: new Date(now).toISOString(),
    planned_end: new Date(now + seconds * 1_000).toISOString(),
    started_at: new Date(now).toISOString(),
    lateness_ms: 0,
    stream,
    ...change,
  };
}

/** The order alone: what the start adds is not known ahead of it. */
export function prepareReception(bus: Bus, command: OpenCommand): Promise<unknown> {
  const { started_at: _startedAt, lateness_ms: _lateness, ...order } = command;
  return emit(bus, RECEPTION_PREPARE, order);
}

export const openReception = (bus: Bus, command: OpenCommand): Promise<unknown> =>
  emit(bus, RECEPTION_OPEN, command);

export const closeReception = (bus: Bus, command: ReceptionCloseDto): Promise<unknown> =>
  emit(bus, RECEPTION_CLOSE, command);

const emit = (bus: Bus, key: string, data: object): Promise<unknown> =>
  lastValueFrom(bus.client().emit(key, envelope(key, data)), { defaultValue: undefined });

/** Once the contact has ended. */
export async function reportOf(
  app: NestFastifyApplication,
  { contact_id }: Pick<OpenCommand, 'contact_id'>,
): Promise<ContactReport> {
  let report: ContactReport | undefined;
  await until(async () => {
    const answer = await ask(app).get(`/contacts/${contact_id}/report`).expect(200);
    report = answer.body as ContactReport;
  }, REPORT_DEADLINE_MS);
  return report!;
}

/** Both identities of a sequence account, to the last number. */
export function sums(report: ContactReport): { datagrams: number; numbers: number } {
  const { good, duplicates, corrupt, control, shed, rejected } = report.datagrams;
  const refused = Object.values(rejected).reduce((sum, count) => sum + count, 0);
  return {
    datagrams: good + duplicates + corrupt + control + shed + refused,
    numbers: report.numbers.good + (report.numbers.missing ?? Number.NaN),
  };
}
