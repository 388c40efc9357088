import { maxHeaderSize } from 'node:http';
import { Logger, type LoggerService, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { ConfigError } from './config.js';
import { BODY_BYTES_MAX, readJsonBodies } from './http-body.js';
import { KnownQueryGuard } from './known-query.guard.js';
import {
  answerMalformedUrl,
  answerParserFault,
  refuseMalformedHeaders,
} from './malformed-requests.js';
import { ProblemFilter } from './problem.filter.js';
import { httpValidation } from './validation.js';

const REQUEST_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_TIMEOUT_MS = 5_000;
const CONNECTIONS_MAX = 1_000;

export interface HttpAppOptions {
  readonly title: string;
  readonly description: string;
  readonly logger: LoggerService;
  readonly anyContentType?: boolean;
  /** Routes that read their body as text themselves, with the bytes that each takes. */
  readonly textRoutes?: Readonly<Record<string, number>>;
}

/** A Nest application as all our apps want it: strict bodies, problem+json, Swagger at /docs. */
export async function createHttpApp(
  module: Type | DynamicModule,
  { title, description, logger, anyContentType = false, textRoutes = {} }: HttpAppOptions,
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(module, fastifyAdapter(), {
    logger,
    abortOnError: false,
    bodyParser: false,
    forceCloseConnections: true,
  });
  refuseMalformedHeaders(app);
  readJsonBodies(app, { bytesMax: BODY_BYTES_MAX, anyContentType, textRoutes });
  app.useGlobalGuards(new KnownQueryGuard());
  app.useGlobalPipes(httpValidation());
  app.useGlobalFilters(new ProblemFilter());
  app.getHttpServer().maxConnections = CONNECTIONS_MAX;
  const config = new DocumentBuilder().setTitle(title).setDescription(description).build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, config), {
    jsonDocumentUrl: 'docs-json',
  });
  return app;
}

/**
 * Starts to listen; the address where the app can be asked.
 * @param variable the setting that chose the port, for the error when it is taken
 */
export async function listen(
  app: NestFastifyApplication,
  host: string,
  port: number,
  variable: string,
): Promise<string> {
  try {
    await app.listen(port, host);
  } catch (fault) {
    throw portFault(fault, `Port ${port} of ${host}`, variable);
  }
  const url = reachable(await app.getUrl());
  new Logger('Http').log(`Listening at ${url}, its documentation is at ${url}/docs`);
  return url;
}

/** A port that cannot be had, in one sentence that names the setting; other faults as they are. */
export function portFault(fault: unknown, port: string, variable: string): unknown {
  const { code } = fault as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new ConfigError(`${port} is taken by another program; choose one with ${variable}.`);
  if (code === 'EACCES')
    return new ConfigError(`${port} needs more rights; choose one over 1023 with ${variable}.`);
  return fault;
}

/** Where to ask an app that listens on every address. */
const reachable = (url: string): string =>
  url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');

function fastifyAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: true,
    // Whatever fits into an address is a name that is known or not: 404, as for any other.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: maxHeaderSize },
    // Fastify's hook answers instead, in our words.
    http: { requireHostHeader: false },
    clientErrorHandler: answerParserFault,
    frameworkErrors: answerMalformedUrl,
  });
}
