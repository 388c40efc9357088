import {
  type ArgumentsHost,
  Catch,
  type INestApplication,
  type INestMicroservice,
  type RpcExceptionFilter,
} from '@nestjs/common';
import { type MicroserviceOptions, NestMicroservice } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';
import type { Bus } from './bus.js';

/** Lets a handler's fault through as it is: Nest's own filter would tell the bus just "error". */
@Catch()
export class BusFaultFilter implements RpcExceptionFilter {
  catch(fault: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => fault);
  }
}

/** Makes an app's handlers listen on the bus once its microservices are started. */
export function connectBus(app: INestApplication, bus: Bus, name: string): INestMicroservice {
  const strategy = bus.server(name);
  // Without deferring, Nest would be done with this microservice before it could take a filter.
  const microservice = app.connectMicroservice<MicroserviceOptions>(
    { strategy },
    { deferInitialization: true },
  );
  microservice.useGlobalFilters(new BusFaultFilter());
  // A deferred microservice would call the hooks of the whole app, and the app calls them again.
  if (microservice instanceof NestMicroservice) microservice.setIsInitHookCalled(true);
  return microservice;
}
