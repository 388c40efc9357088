import { finished, type Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { DomainError } from '#common/domain';

/** Batches that are read, worked on or answered at one time: each body is up to 8 MiB, its values more. */
export const BATCHES_MAX = 4;

/** The places of batches in this process. One is held by a request's connection, and by the work for it. */
@Injectable()
export class BatchPlaces {
  readonly #holders = new Map<object, number>();

  /** False: there is no place left. */
  enter(request: object): boolean {
    if (this.#holders.size >= BATCHES_MAX) return false;
    this.#hold(request);
    return true;
  }

  /** A sender that goes away leaves its work behind, and that holds the place until it is done. */
  async during<T>(request: object, work: () => Promise<T>): Promise<T> {
    this.#hold(request);
    try {
      return await work();
    } finally {
      this.leave(request);
    }
  }

  leave(request: object): void {
    const rest = (this.#holders.get(request) ?? 0) - 1;
    if (rest > 0) this.#holders.set(request, rest);
    else this.#holders.delete(request);
  }

  #hold(request: object): void {
    this.#holders.set(request, (this.#holders.get(request) ?? 0) + 1);
  }
}

/** Refuses batches over `BATCHES_MAX` before anything of their bodies is held. */
export function limitBatches(app: NestFastifyApplication, url: string): void {
  const enter = enterVia(app.get(BatchPlaces));
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.addHook('onRoute', (route) => {
    if (route.url === url) route.onRequest = [route.onRequest ?? [], enter].flat();
  });
}

function enterVia(places: BatchPlaces): onRequestHookHandler {
  return ({ raw }, reply, done) => {
    if (!places.enter(raw)) return afterBody(raw, () => done(full()));
    reply.raw.once('close', () => places.leave(raw));
    done();
  };
}

/** Lets a body go by unread: many a sender reads no answer before it has sent all. */
function afterBody(body: Readable, then: () => void): void {
  finished(body, { writable: false }, then);
  body.resume();
}

const full = (): DomainError =>
  new DomainError(
    'ROCKET_BATCHES_FULL',
    `${BATCHES_MAX} batches are being taken, and no more at one time; send it again later.`,
  );
