import { join } from 'node:path';

/** Settings of a Perigee that shares the machine with others: free ports, data below `folder`. */
export const anyPorts = (folder: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  SCHEDULER_PORT: '0',
  SPACESHIP_PORT: '0',
  INGESTOR_PORT: '0',
  INGESTOR_UDP_PORT: '0',
  ROCKET_MONITOR_PORT: '0',
  DATA_FOLDER: join(folder, 'data'),
  LOG_FILE: join(folder, 'perigee.log'),
});
