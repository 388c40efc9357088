import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

/** No field: it is nothing that the ship said. */
export const RECEIVED_AT = 'received_at';

/** `?include=received_at`: what samples have beyond what the ship said. */
export const IncludeParameter = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      enum: [RECEIVED_AT],
      description:
        'When the packet arrived, by our clock: the same packets sent again have another',
    }),
    IsOptional(),
    IsIn([RECEIVED_AT]),
  );
