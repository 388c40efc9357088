import { type ArgumentsHost, Catch, Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { problemOf, ProblemFilter, UnreadableBodyException } from '#common/platform';
import { channelIn } from './message-body.js';
import type { RocketsService } from './rockets.service.js';

/**
 * Keeps every message that is answered with 400, then lets the answer out. A filter, since a body
 * that is not even JSON reaches neither a pipe nor a controller.
 */
@Catch()
export class RejectedMessagesFilter extends ProblemFilter {
  readonly #log = new Logger(RejectedMessagesFilter.name);

  constructor(private readonly rockets: RocketsService) {
    super();
  }

  override catch(fault: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const { status, code, detail } = problemOf(fault, '');
    if (status === 400 && isMessage(request))
      this.rockets
        .reject({ code, detail, channel: channelIn(request.body), body: bodyOf(fault, request) })
        .catch((error: unknown) => this.#log.error(error));
    super.catch(fault, host);
  }
}

const isMessage = ({ method, routeOptions }: FastifyRequest): boolean =>
  method === 'POST' && routeOptions.url === '/messages';

const bodyOf = (fault: unknown, { body }: FastifyRequest): string =>
  fault instanceof UnreadableBodyException ? fault.text : (JSON.stringify(body) ?? '');
