import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ContactReport } from '#common/contracts';
import { InProcessBus } from '#common/messaging';
import type { IngestorConfig } from '../../apps/ingestor/src/ingestor.config.js';
import { type TestDatabase, testDatabase } from './database.js';
import {
  ask,
  closeReception,
  type OpenCommand,
  openReception,
  reportOf,
  startIngestor,
} from './ingestor.js';
import type { FakeShip, FakeStream } from './ship.js';
import { until } from './until.js';

/** As it came, so that nothing of it is taken for granted. */
export type Row = Readonly<Record<string, unknown>>;

/** The real app behind HTTP, with a bus and a database of its own. */
export class IngestorUnderTest {
  app!: NestFastifyApplication;
  /** Without a slash at its end; another one after each start. */
  url!: string;

  private constructor(
    readonly bus: InProcessBus,
    private readonly database: TestDatabase,
    private readonly shipUrl: string,
    private readonly settings: Partial<IngestorConfig>,
  ) {}

  static async start(
    shipUrl: string,
    settings: Partial<IngestorConfig> = {},
  ): Promise<IngestorUnderTest> {
    const database = await testDatabase();
    const ingestor = new IngestorUnderTest(new InProcessBus(), database, shipUrl, settings);
    await ingestor.start();
    return ingestor;
  }

  /** Again, after the app was closed. */
  async start(): Promise<void> {
    const { bus, database, shipUrl, settings } = this;
    this.app = await startIngestor({ bus, databaseUrl: database.url, shipUrl, settings });
    this.url = await listening(this.app);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.bus.close();
    await this.database.drop();
  }

  async get(path: string): Promise<Row[]> {
    return (await ask(this.app).get(path).expect(200)).body as Row[];
  }

  /** In one page, with the times of their arrival. */
  samplesOf(ship: string): Promise<Row[]> {
    return this.get(`/ships/${encodeURIComponent(ship)}/samples?limit=1000&include=received_at`);
  }

  latestOf(ship: string): Promise<Row[]> {
    return this.get(`/ships/${encodeURIComponent(ship)}/latest?include=received_at`);
  }

  /** The stream that the ship agreed to, once the ingestor knows. */
  async begin(ship: FakeShip, command: OpenCommand): Promise<FakeStream> {
    const at = ship.streams.length;
    await openReception(this.bus, command);
    await until(() => {
      if (ship.streams.length === at) throw new Error('Nobody asked the ship for a stream');
    });
    const stream = ship.streams[at]!;
    const { port, apid = null } = stream.request;
    await this.streams({ contact_id: command.contact_id, port, apid });
    return stream;
  }

  /** Once it has a contact of that kind. */
  async streams(contact: Row): Promise<void> {
    await until(async () => {
      const receptions = await this.get('/receptions');
      const wanted = Object.entries({ ...contact, is_streaming: true });
      if (!receptions.some((one) => wanted.every(([name, value]) => one[name] === value)))
        throw new Error(`None streams as it shall: ${JSON.stringify(receptions)}`);
    });
  }

  /** @param last what the ship says was the last number, and how many it sent */
  async end(command: OpenCommand, stream: FakeStream, last: number): Promise<ContactReport> {
    Object.assign(stream, { last, sent: last });
    return this.stop(command);
  }

  async stop(command: OpenCommand): Promise<ContactReport> {
    await closeReception(this.bus, { ...command, reason: 'enough' });
    return reportOf(this.app, command);
  }
}

/** Listens for requests of others; the address, without a slash at its end. */
export async function listening(app: NestFastifyApplication): Promise<string> {
  await app.listen(0, '127.0.0.1');
  return (await app.getUrl()).replace(/\/$/, '');
}
