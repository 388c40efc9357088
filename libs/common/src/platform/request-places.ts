import { finished, type Readable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';

/**
 * The places of large requests in this process: each body is megabytes, its values more. One is held by
 * a request's connection, and by the work for it.
 */
export class RequestPlaces {
  readonly #holders = new Map<object, number>();

  /**
   * @param placesMax requests that are read, worked on or answered at one time
   * @param full what is answered to one more
   */
  constructor(
    private readonly placesMax: number,
    readonly full: () => Error,
  ) {}

  /** False: there is no place left. */
  enter(request: object): boolean {
    if (this.#holders.size >= this.placesMax) return false;
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

/** Refuses requests that find no place before anything of their bodies is held. */
export function limitRequests(
  app: NestFastifyApplication,
  url: string,
  places: RequestPlaces,
): void {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.addHook('onRoute', (route) => {
    if (route.url === url) route.onRequest = [route.onRequest ?? [], enterVia(places)].flat();
  });
}

function enterVia(places: RequestPlaces): onRequestHookHandler {
  return ({ raw }, reply, done) => {
    if (!places.enter(raw)) return afterBody(raw, () => done(places.full()));
    reply.raw.once('close', () => places.leave(raw));
    done();
  };
}

/** Lets a body go by unread: many a sender reads no answer before it has sent all. */
function afterBody(body: Readable, then: () => void): void {
  finished(body, { writable: false }, then);
  body.resume();
}
