import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf, problemOf } from './problem.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** The one place where a fault becomes an HTTP answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger(ProblemFilter.name);

  catch(fault: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const health = healthBody(fault);
    if (health) return void reply.status(503).send(health);

    const answer = problemOf(fault, pathOf(request.url));
    if (answer.status === 500) this.#logger.error(fault);
    void reply.status(answer.status).type(PROBLEM_MEDIA_TYPE).send(answer);
  }
}

/** A failed readiness check has terminus' own body, which names each part: load balancers read it. */
function healthBody(fault: unknown): object | null {
  if (!(fault instanceof HttpException)) return null;
  const body = fault.getResponse();
  return typeof body === 'object' && 'details' in body && 'status' in body ? body : null;
}
