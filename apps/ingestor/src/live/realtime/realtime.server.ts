import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  BadRequestException,
  ForbiddenException,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  ServiceUnavailableException,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type WebSocket, WebSocketServer } from 'ws';
import { DomainError } from '#common/domain';
import { HEARTBEAT_MS } from '#common/live';
import { type CancelTimer, Clock, pathOf } from '#common/platform';
import { IngestorConfig } from '../../ingestor.config.js';
import { POINT_ID_CHARS_MAX } from '../../samples/point-id.js';
import { NewestSamples } from '../newest-samples.js';
import { RealtimeClient } from './realtime-client.js';
import { RealtimeOrigins } from './realtime-origins.js';
import { answerWithoutUpgrade, hasBody, refuseUpgrade } from './upgrade-refusal.js';

export const REALTIME_PATH = '/realtime';
const FRAME_BYTES_MAX = POINT_ID_CHARS_MAX + 'unsubscribe '.length;

/** The WebSocket of Open MCT, on the port of HTTP. No other path can be upgraded. */
@Injectable()
export class RealtimeServer implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES_MAX,
  });
  readonly #clients = new Set<RealtimeClient>();
  readonly #origins: RealtimeOrigins;
  #cancelPing: CancelTimer | null = null;
  #isClosed = false;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly newest: NewestSamples,
    private readonly clock: Clock,
    private readonly config: IngestorConfig,
  ) {
    this.#origins = new RealtimeOrigins(config.INGESTOR_REALTIME_ORIGINS);
  }

  onApplicationBootstrap(): void {
    const server: Server = this.host.httpAdapter.getHttpServer();
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Until a WebSocket has it, nobody else hears of its faults.
      socket.on('error', () => socket.destroy());
      this.#upgrade(server, request, socket, head);
    });
  }

  /** Node does not count upgraded connections among the server's. */
  onModuleDestroy(): void {
    this.#isClosed = true;
    this.#cancelPing?.();
    for (const client of this.#clients) client.end();
  }

  #upgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!isForUs(request)) {
      if (!hasBody(request)) return answerWithoutUpgrade(server, request, socket);
      const fault = new BadRequestException('A body cannot come with an offer to upgrade.');
      return refuseUpgrade(request, socket, fault);
    }
    const fault = this.#faultOf(request);
    if (fault) return refuseUpgrade(request, socket, fault);
    this.#sockets.handleUpgrade(request, socket, head, (client) => this.#add(client));
  }

  #faultOf({ headers }: IncomingMessage): Error | null {
    const { INGESTOR_REALTIME_CLIENTS_MAX: max } = this.config;
    if (this.#isClosed) return new ServiceUnavailableException('The ingestor is stopping.');
    if (!this.#origins.allows(headers.origin, headers.host))
      return new ForbiddenException(
        'Pages of this origin may not listen: INGESTOR_REALTIME_ORIGINS names those that may.',
      );
    return this.#clients.size >= max
      ? new DomainError('TELEMETRY_EVENTS_FULL', `${max} clients listen already.`)
      : null;
  }

  #add(socket: WebSocket): void {
    const client: RealtimeClient = new RealtimeClient(socket, this.newest, this.clock, () => {
      this.#clients.delete(client);
      if (this.#clients.size === 0) this.#rest();
    });
    this.#clients.add(client);
    this.#cancelPing ??= this.clock.after(HEARTBEAT_MS, () => this.#ping());
  }

  #ping(): void {
    for (const client of this.#clients) client.ping();
    this.#cancelPing = this.clock.after(HEARTBEAT_MS, () => this.#ping());
  }

  #rest(): void {
    this.#cancelPing?.();
    this.#cancelPing = null;
  }
}

const isForUs = ({ url, method, headers }: IncomingMessage): boolean =>
  method === 'GET' &&
  headers.upgrade?.toLowerCase() === 'websocket' &&
  pathOf(url).replace(/\/$/, '') === REALTIME_PATH;
