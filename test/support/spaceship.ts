import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import type { StreamLedger, StreamState } from '#common/contracts';
import { createSpaceship } from '../../apps/spaceship/src/spaceship.app.js';
import { SpaceshipConfig } from '../../apps/spaceship/src/spaceship.config.js';

export const LOOPBACK = '127.0.0.1';

const STREAM_PATH = /^\/stream\/[^/]+\/?$/;

export interface Receiver {
  readonly port: number;
  readonly received: readonly Buffer[];
}

/** The real ship behind HTTP, and sockets for it to send to. */
export class ShipUnderTest {
  /** How far streams were when somebody asked over HTTP, each time. */
  readonly told: StreamState[] = [];
  readonly #sockets: Socket[] = [];

  private constructor(private readonly app: NestFastifyApplication) {}

  static async launch(
    changes: Partial<SpaceshipConfig> = {},
    logger?: LoggerService,
  ): Promise<ShipUnderTest> {
    const config = Object.assign(new SpaceshipConfig(), { LOG_LEVEL: 'silent' }, changes);
    const app = await createSpaceship(config, logger);
    const ship = new ShipUnderTest(app);
    const server = app.getHttpAdapter().getInstance();
    server.addHook('onSend', async ({ method, url }, { statusCode }, payload) => {
      const isTold = method === 'GET' && STREAM_PATH.test(url) && statusCode === 200;
      if (isTold) ship.told.push(JSON.parse(String(payload)));
      return payload;
    });
    await app.init();
    await server.ready();
    return ship;
  }

  http() {
    return request(this.app.getHttpServer());
  }

  /** Listens on any port, for apps that are to reach it; its address. */
  async listenForHttp(): Promise<string> {
    await this.app.listen(0, LOOPBACK);
    return this.app.getUrl();
  }

  /** `POST /stream/` that must succeed; the event key. */
  async start(body: object): Promise<string> {
    const answer = await this.http().post('/stream/').send(body).expect(200);
    return (answer.body as { event_key: string }).event_key;
  }

  /** `DELETE /stream/{event_key}` that must succeed. */
  async stop(eventKey: string): Promise<{ message: string; last_sequence: number; sent: number }> {
    const answer = await this.http().delete(`/stream/${eventKey}`).expect(200);
    return answer.body as { message: string; last_sequence: number; sent: number };
  }

  async state(eventKey: string): Promise<unknown> {
    return (await this.http().get(`/stream/${eventKey}`).expect(200)).body;
  }

  async ledger(eventKey: string, query = ''): Promise<StreamLedger> {
    const answer = await this.http()
      .get(`/stream/${eventKey}/ledger${query}`)
      .expect(200)
      .expect('content-type', /^application\/json/);
    return answer.body as StreamLedger;
  }

  async activeCount(): Promise<number> {
    const { body } = await this.http().get('/stream/').expect(200);
    return (body as { number_of_active_streams: number }).number_of_active_streams;
  }

  async listen(): Promise<Receiver> {
    const socket = createSocket('udp4');
    this.#sockets.push(socket);
    const received: Buffer[] = [];
    socket.on('message', (datagram) => received.push(datagram));
    socket.bind(0, LOOPBACK);
    await once(socket, 'listening');
    return { port: socket.address().port, received };
  }

  /** The app only; its receivers go on listening. */
  shutDown(): Promise<void> {
    return this.app.close();
  }

  async close(): Promise<void> {
    await this.shutDown();
    for (const socket of this.#sockets.splice(0)) socket.close();
  }
}
