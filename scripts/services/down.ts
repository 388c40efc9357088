import { stopComposed } from './compose.js';
import { serviceFolder, withLock } from './folders.js';
import { stopKeptPostgresql } from './keeper.js';
import { STOP_MS_MAX } from './rabbitmq.js';
import { endRunning } from './running.js';
import { SERVICE_NAMES, type ServiceName, SERVICES } from './service.js';

/** Stops just what `up` has started here, whatever became of it since. The data stays. */
export async function down(folder: string, log: (line: string) => void): Promise<void> {
  await withLock(folder, async () => {
    const stops = SERVICE_NAMES.map(async (name) => {
      const wasAlive = await stopOne(name, folder);
      log(`${SERVICES[name].label} ${wasAlive ? 'is stopped' : 'was not running'}.`);
    });
    const failed = (await Promise.allSettled(stops)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  });
}

/** Answers whether there was anything to stop. */
export async function stopOne(name: ServiceName, folder: string): Promise<boolean> {
  const own = serviceFolder(folder, name);
  if (name === 'postgresql') return stopKeptPostgresql(own);
  const wasAlive = await endRunning(own, STOP_MS_MAX);
  return (await stopComposed(own)) || wasAlive;
}
