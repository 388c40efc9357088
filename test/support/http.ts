import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';

/** Makes the app answer without a port of its own, and returns a way to ask it. */
export async function asking(app: NestFastifyApplication): Promise<ReturnType<typeof request>> {
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return request(app.getHttpServer());
}
