import { RpcException } from '@nestjs/microservices';

/** Nobody listens to this key. An event may go unheard; a command must be sent again. */
export class UnroutableError extends Error {
  override readonly name = 'UnroutableError';

  constructor(readonly key: string) {
    super(`No app listens to ${key}`);
  }
}

/** A receiver cannot handle the message: sending it once more would change nothing. */
export class DeadLetteredError extends Error {
  override readonly name = 'DeadLetteredError';

  constructor(app: string, key: string, options: ErrorOptions) {
    const reason = options.cause instanceof Error ? options.cause.message : String(options.cause);
    super(`${app} cannot handle ${key}: ${reason}`, options);
  }
}

/** A payload that does not fit its contract today will not fit it at the next try. */
export const isHopeless = (fault: unknown): boolean => fault instanceof RpcException;
