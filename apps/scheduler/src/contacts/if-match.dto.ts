import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type ExpectedVersions, expectedVersions } from '#common/platform';

/** Which versions of a contact a change is meant for. @throws {ValidationException} */
export const IfMatch = createParamDecorator(
  (_: unknown, context: ExecutionContext): ExpectedVersions => {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    return expectedVersions(headers['if-match']);
  },
);
