import { once } from 'node:events';
import { createSocket, type Socket } from 'node:dgram';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CONTACT_COMPLETED, CONTACT_FAILED } from '#common/contracts';
import { DataSource } from 'typeorm';
import { InProcessBus } from '#common/messaging';
import { dataSourceOptions } from '#common/persistence';
import type { IngestorConfig } from '../../apps/ingestor/src/ingestor.config.js';
import { quickstartPacket } from '../../apps/ingestor/src/packets/testing/quickstart-packet.js';
import { type TestDatabase, testDatabase } from './database.js';
import {
  ask,
  closeReception,
  type OpenCommand,
  opening,
  openReception,
  startIngestor,
} from './ingestor.js';
import { FakeShip } from './ship.js';
import { until } from './until.js';

export const QUICKSTART = 'Yamcs quickstart';
/** Counts have 14 bits; a first count of 0 becomes this number. */
export const WRAP = 16_384;

/** A packet of the quickstart's simulator that says its count in its values, too. */
export const counted = (count14: number): Buffer =>
  quickstartPacket({
    count14,
    floats: { battery1_voltage: 12.5, height: count14 },
    counters: { orbit_number_cumulative: 7, elapsed_seconds: count14 },
    flags: { mode_sband: 1 },
  });

/** What the scheduler hears of the end of a contact. */
export interface ToldEnd {
  readonly contact_id: string;
  readonly fault?: string;
  readonly reason?: string;
}

interface OpenReception {
  readonly contact_id: string;
  readonly planned_end: string;
  readonly is_streaming: boolean;
  readonly datagrams: { readonly received: number };
}

/** An ingestor, a foreign ship that sends to its shared port, and a ship of ours beside it. */
export class ForeignUnderTest {
  readonly bus = new InProcessBus();
  readonly ship = new FakeShip();
  readonly told: ToldEnd[] = [];
  app!: NestFastifyApplication;

  private constructor(
    private readonly database: TestDatabase,
    private readonly link: Socket,
    private readonly udpPort: number,
  ) {}

  static async start(): Promise<ForeignUnderTest> {
    const made = new ForeignUnderTest(
      await testDatabase(),
      await udpSocket('127.0.0.1'),
      await freeUdpPort(),
    );
    await made.ship.start();
    await made.#listenInstead();
    await made.startApp();
    return made;
  }

  async close(): Promise<void> {
    this.link.close();
    await this.app.close();
    await this.ship.close();
    await this.bus.close();
    await this.database.drop();
  }

  /** At the same port each time. */
  async startApp(settings: Partial<IngestorConfig> = {}): Promise<void> {
    this.app = await startIngestor({
      bus: this.bus,
      databaseUrl: this.database.url,
      shipUrl: this.ship.url,
      settings: { INGESTOR_UDP_PORT: this.udpPort, ...settings },
    });
  }

  booked(seconds = 60, change: Partial<OpenCommand> = {}): OpenCommand {
    return opening(seconds, { format: 'ccsds' }, { ship_name: QUICKSTART, ...change });
  }

  /** Once it is listening. */
  async listen(command = this.booked()): Promise<OpenCommand> {
    await openReception(this.bus, command);
    await this.listening(command);
    return command;
  }

  /** Its planned end passes now, whatever the clock says. For when the app is closed. */
  async passTheEndOf({ contact_id, planned_start }: OpenCommand): Promise<void> {
    const source = new DataSource(dataSourceOptions(this.database.url, 'test'));
    await source.initialize();
    await source.query('UPDATE receptions SET planned_end = $2 WHERE contact_id = $1', [
      contact_id,
      planned_start,
    ]);
    await source.destroy();
  }

  /** Two fences of a contact are told apart by their ends. */
  listening({ contact_id, planned_end }: OpenCommand): Promise<void> {
    return this.#until(
      (one) => one.contact_id === contact_id && one.planned_end === planned_end && one.is_streaming,
    );
  }

  async send(packets: readonly Buffer[], from = this.link): Promise<void> {
    for (const packet of packets)
      await new Promise<void>((resolve, reject) => {
        from.send(packet, this.udpPort, '127.0.0.1', (fault) =>
          fault ? reject(fault) : resolve(),
        );
      });
  }

  received(command: OpenCommand, count: number): Promise<void> {
    const { contact_id } = command;
    return this.#until((one) => one.contact_id === contact_id && one.datagrams.received === count);
  }

  stop(command: OpenCommand): Promise<unknown> {
    return closeReception(this.bus, { ...command, reason: 'enough' });
  }

  /** There is such a reception. */
  #until(isIt: (reception: OpenReception) => boolean): Promise<void> {
    return until(async () => {
      const { body } = await ask(this.app).get('/receptions').expect(200);
      const receptions = body as OpenReception[];
      if (!receptions.some(isIt)) throw new Error(`It is not in ${JSON.stringify(receptions)}`);
    });
  }

  /** In place of the scheduler. */
  async #listenInstead(): Promise<void> {
    const server = this.bus.server('stand-in');
    for (const key of [CONTACT_COMPLETED, CONTACT_FAILED])
      server.addHandler(key, async (data: ToldEnd) => void this.told.push(data), true);
    await new Promise<void>((resolve) => {
      server.listen(() => resolve());
    });
  }
}

export async function udpSocket(address: string): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

export async function freeUdpPort(): Promise<number> {
  const socket = await udpSocket('127.0.0.1');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
