import { getQueueToken } from '@nestjs/bull';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter as NestFastifyAdapter } from '@nestjs/platform-fastify';
import type { Queue } from 'bull';
import { START_QUEUE } from './start-jobs.js';

/** Where the page is. */
const PATH = '/queues';

/**
 * A page with the jobs in Redis, for looking only: what happens to a contact is decided by its row.
 * Its code is loaded when it is asked for, since it takes some 35 MB.
 */
@Injectable()
export class QueueBoard implements OnModuleInit {
  constructor(
    @Inject(getQueueToken(START_QUEUE)) private readonly queue: Queue,
    private readonly host: HttpAdapterHost<NestFastifyAdapter>,
  ) {}

  async onModuleInit(): Promise<void> {
    const [{ createBullBoard }, { BullAdapter }, { FastifyAdapter }] = await Promise.all([
      import('@bull-board/api'),
      import('@bull-board/api/bullAdapter'),
      import('@bull-board/fastify'),
    ]);
    const serverAdapter = new FastifyAdapter().setBasePath(PATH);
    const queues = [new BullAdapter(this.queue, { readOnlyMode: true, allowRetries: false })];
    createBullBoard({ queues, serverAdapter });
    const fastify = this.host.httpAdapter.getInstance();
    await fastify.register(serverAdapter.registerPlugin(), { prefix: PATH });
  }
}
