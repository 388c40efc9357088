import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsPointInTime } from './point-in-time.js';

const FORMS = 'ISO 8601 with an offset, or milliseconds since 1970';

export const StartParameter = (): PropertyDecorator =>
  timeParameter(`The first instant: ${FORMS}`, '2030-01-01T12:00:00Z');

export const EndParameter = (): PropertyDecorator =>
  timeParameter('The first one not asked for', '2030-01-01T13:00:00Z');

export const AfterParameter = (): PropertyDecorator =>
  timeParameter('The last one not asked for: where an export was cut off', '2030-01-01T12:30:00Z');

const timeParameter = (description: string, example: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: String, description, example }),
    IsOptional(),
    IsPointInTime(),
  );
