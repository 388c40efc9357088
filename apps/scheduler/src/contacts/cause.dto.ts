import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { IsText } from '#common/contracts';
import { ValidationException } from '#common/platform';

/** How a client says who it is. No proof: whoever needs one puts a gateway before this. */
export const BY_HEADER = 'x-requested-by';
const BY_CHARS_MAX = 128;
const REASON_CHARS_MAX = 512;
const UNNAMED = 'api';

export class ReasonQueryDto {
  @ApiPropertyOptional({ maxLength: REASON_CHARS_MAX, description: 'Stays in the history' })
  @IsOptional()
  @IsText(1, REASON_CHARS_MAX)
  readonly reason: string | null = null;
}

/** Who asks. @throws {ValidationException} when the header is no name */
export const RequestedBy = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const by = (headers[BY_HEADER] ?? UNNAMED).toString().trim();
  if (by !== '' && by.length <= BY_CHARS_MAX) return by;
  const message = `${BY_HEADER} must have 1 to ${BY_CHARS_MAX} characters`;
  throw new ValidationException([{ field: BY_HEADER, message }]);
});
