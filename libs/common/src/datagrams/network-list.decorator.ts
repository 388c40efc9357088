import { ValidateBy } from 'class-validator';
import { parseNetworks } from './network.js';

/** For settings that say where datagrams may be sent. */
export const IsNetworkList = (): PropertyDecorator =>
  ValidateBy({
    name: 'isNetworkList',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && parseNetworks(value) !== null,
      defaultMessage: (args) =>
        `${args?.property} must be networks with commas between them, such as 127.0.0.0/8,::1/128`,
    },
  });
