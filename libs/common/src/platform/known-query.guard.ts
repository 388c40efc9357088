import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/internal';
import type { FastifyRequest } from 'fastify';
import { refuseParameters } from './query-faults.js';

/** Load balancers add what they like to the address that they ask for health. */
const OPEN_ROUTES = '/health';

/**
 * Refuses every parameter behind `?` on a route that reads none: else a misspelt or not yet known
 * one would be answered as if it had been obeyed. Routes that read a query have their DTO for that.
 */
export class KnownQueryGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const { query, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
    const names = Object.keys(query as object);
    if (names.length === 0 || routeOptions.url?.startsWith(OPEN_ROUTES)) return true;
    if (!readsQuery(context)) refuseParameters(names, undefined);
    return true;
  }
}

/** Nest keeps the decorated arguments of a handler under `<kind>:<index>`. */
function readsQuery(context: ExecutionContext): boolean {
  const handler = context.getHandler().name;
  const args: object = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), handler) ?? {};
  return Object.keys(args).some((key) => key.startsWith(`${RouteParamtypes.QUERY}:`));
}
