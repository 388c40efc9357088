import { isReservedChannel, readMessageTime } from '#common/domain';
import { IsInt, Max, Min, ValidateBy } from 'class-validator';

/** An integer that every JSON reader keeps: within ±(2^53 − 1). */
export const IsSafeInteger = (): PropertyDecorator => (target, property) => {
  // What comes first is what a fault names first: text is no integer before it is too large.
  for (const decorate of [IsInt(), Min(-Number.MAX_SAFE_INTEGER), Max(Number.MAX_SAFE_INTEGER)])
    decorate(target, property);
};

/** Not a name that the Redis layout keeps for itself. */
export const IsFreeChannel = (): PropertyDecorator =>
  ValidateBy({
    name: 'isFreeChannel',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && !isReservedChannel(value),
      defaultMessage: (args) => `${args?.property} is a name that the store keeps for itself`,
    },
  });

/** ISO 8601 with an offset; kept as it is, for the state shows it. */
export const IsMessageTime = (): PropertyDecorator =>
  ValidateBy({
    name: 'isMessageTime',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && readMessageTime(value) !== null,
      defaultMessage: (args) =>
        `${args?.property} must be an ISO 8601 time with an offset, such as 2022-02-02T19:39:05.86337+01:00`,
    },
  });
