import type { BaseRpcContext } from '@nestjs/microservices';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { BUS } from './bus.js';
import { BusContext } from './bus.context.js';
import type { Envelope } from './envelope.js';

/**
 * What every carrier's way in has in common: it finds the handler, awaits it to its end, and lets
 * its failure through, so that the carrier can deliver again or give up.
 */
export abstract class HandlerServer extends Server implements CustomTransportStrategy {
  override readonly transportId = BUS;
  /** The carrier deals with failures: Nest must not report them as well. */
  override readonly propagatesEventHandlerErrors = true;

  /** The routing keys of all handlers: what the app's queue is bound to. */
  get keys(): string[] {
    return [...this.getHandlers().keys()];
  }

  listensTo(key: string): boolean {
    return this.getHandlers().has(key);
  }

  /** Runs the handlers of an event; done when they are. */
  protected async handleMessage(message: Envelope): Promise<void> {
    await this.#call(this.#handler(message.type), message.data, new BusContext([message]));
  }

  /** Runs the handler of a request; its result is the reply. */
  protected answer(key: string, data: unknown): Promise<unknown> {
    return this.#call(this.#handler(key), data, new BusContext([null]));
  }

  #handler(key: string): MessageHandler {
    // Our patterns are texts: to have Nest make a route of them for each message is a fifth of its way.
    const handler = this.getHandlers().get(key);
    if (!handler) throw new Error(`No handler for ${key}`);
    return handler;
  }

  async #call(handler: MessageHandler, data: unknown, context: BaseRpcContext): Promise<unknown> {
    const result: unknown = await handler(data, context);
    return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
  }
}
