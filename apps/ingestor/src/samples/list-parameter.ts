import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, ValidateBy } from 'class-validator';

const BATTERY = /^(0|[1-9]\d{0,2})$/;
const BATTERY_MAX = 255;
/** The names of a definition's fields; what is no such name cannot be one of them. */
const FIELD = /^[a-z][a-z0-9_]{0,47}$/;
const FIELDS_MAX = 512;

/** `?battery=0&battery=1` or `?battery=0,1`; each once. */
export const BatteryListParameter = (): PropertyDecorator =>
  listParameter('battery', 'must be numbers from 0 to 255', BATTERY_MAX + 1, '0,1', isBattery);

/** `?field=volts&field=charge` or `?field=volts,charge`; each once. */
export const FieldListParameter = (): PropertyDecorator =>
  listParameter('field', 'must be names of fields', FIELDS_MAX, 'volts,charge', isField);

const isBattery = (text: unknown): boolean =>
  typeof text === 'string' && BATTERY.test(text) && Number(text) <= BATTERY_MAX;

const isField = (text: unknown): boolean => typeof text === 'string' && FIELD.test(text);

function listParameter(
  name: string,
  rule: string,
  max: number,
  example: string,
  isItem: (text: unknown) => boolean,
): PropertyDecorator {
  const validate = (value: unknown): boolean =>
    Array.isArray(value) && value.length <= max && value.every(isItem);
  return applyDecorators(
    ApiPropertyOptional({
      type: String,
      example,
      description: 'Only these; repeatable, or a list',
    }),
    IsOptional(),
    Transform(({ value }) => listOf(value)),
    ValidateBy({
      name: `${name}List`,
      validator: { validate, defaultMessage: () => `${name} ${rule}, at most ${max} of them` },
    }),
  );
}

function listOf(value: unknown): unknown {
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  const items = texts.flatMap((text) => (typeof text === 'string' ? text.split(',') : [text]));
  return [...new Set(items)];
}
