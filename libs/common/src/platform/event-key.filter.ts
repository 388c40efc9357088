import { type ArgumentsHost, Catch } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DomainError } from '#common/domain';
import { ProblemFilter } from './problem.filter.js';

/** Clients of the original ship know this body for an unknown stream; the rest is problem+json. */
@Catch(DomainError)
export class EventKeyFilter extends ProblemFilter {
  override catch(fault: DomainError, host: ArgumentsHost): void {
    if (fault.code !== 'STREAM_NOT_FOUND') return super.catch(fault, host);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.status(404).send({ detail: 'Event key not found' });
  }
}
