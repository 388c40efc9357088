import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createScheduler } from '../../../apps/scheduler/src/scheduler.app.js';
import { SchedulerConfig } from '../../../apps/scheduler/src/scheduler.config.js';
import { RECEPTION_OPEN, RECEPTION_PREPARE, type ReceptionOpenDto } from '#common/contracts';
import { InProcessBus } from '#common/messaging';
import { StructuredLogger } from '#common/platform';
import { readInput } from '../programs.js';
import type { Handed, SchedulerLoad } from './scheduler-load.js';

/** The scheduler as it is, with one listener on its bus that only notes when commands come. */
const { databaseUrl, redisUrl } = await readInput<SchedulerLoad>();
const handed: Handed[] = [];
let preparedCount = 0;

const bus = new InProcessBus();
const listener = bus.server('bench');
listener.addHandler(
  RECEPTION_OPEN,
  async ({ contact_id }: ReceptionOpenDto) => void handed.push([contact_id, Date.now()]),
  true,
);
listener.addHandler(RECEPTION_PREPARE, async () => void (preparedCount += 1), true);
listener.listen(() => undefined);

const config = Object.assign(new SchedulerConfig(), { LOG_LEVEL: 'error' });
const logger = new StructuredLogger('scheduler', config);
const app = await createScheduler(config, { databaseUrl, redisUrl, bus, logger });
await app.listen(0, '127.0.0.1');

const door = createServer((_request, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ handed: handed.splice(0), preparedCount }));
  preparedCount = 0;
});
door.listen(0, '127.0.0.1', () => {
  const { port } = door.address() as AddressInfo;
  process.stdout.write(
    `${JSON.stringify({ pid: process.pid, url: `http://127.0.0.1:${port}` })}\n`,
  );
});
