import { join } from 'node:path';
import type { LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Bus } from '#common/messaging';
import {
  checkConfigs,
  closing,
  type HttpConfig,
  listen,
  LoggingConfig,
  readConfig,
  type Running,
  StructuredLogger,
} from '#common/platform';
import { type Database, openDatabase, openSharedBus, ServicesConfig } from '#common/runtime';
import { createIngestor } from '../../ingestor/src/ingestor.app.js';
import { IngestorConfig } from '../../ingestor/src/ingestor.config.js';
import { createRocketMonitor } from '../../rocket-monitor/src/rocket-monitor.app.js';
import { RocketMonitorConfig } from '../../rocket-monitor/src/rocket-monitor.config.js';
import { createScheduler } from '../../scheduler/src/scheduler.app.js';
import { SchedulerConfig } from '../../scheduler/src/scheduler.config.js';
import { createSpaceship } from '../../spaceship/src/spaceship.app.js';
import { SpaceshipConfig } from '../../spaceship/src/spaceship.config.js';

/** The addresses of what runs, with the ports that were really taken. */
export interface GroundUrls {
  readonly scheduler: string;
  readonly spaceship: string;
  readonly ingestor: string;
  readonly rocketMonitor: string;
}

export interface Ground extends Running {
  readonly urls: GroundUrls;
  readonly database: Database;
  readonly logFile: string | undefined;
}

interface Foundation {
  readonly env: NodeJS.ProcessEnv;
  readonly bus: Bus;
  readonly database: Database;
  readonly redisUrl: string | undefined;
  readonly dataFolder: string;
  readonly logger: LoggerService;
}

/**
 * Starts all apps in this process: who is asked by others starts before those who ask. All write
 * into one log, beside the terminal that shows what a person wants to see.
 */
export async function startGround(env: NodeJS.ProcessEnv): Promise<Ground> {
  checkConfigs(CONFIGS, env);
  const services = readConfig(ServicesConfig, env);
  const LOG_FILE = env['LOG_FILE'] || join(services.DATA_FOLDER, 'perigee.log');
  const logging = readConfig(LoggingConfig, { ...env, LOG_FILE });
  const logger = new StructuredLogger('perigee', logging);
  const bus = await openSharedBus(services);
  const started: Running[] = [bus];
  try {
    const database = await openDatabase(services, logger);
    started.push(database);
    const { REDIS_URL: redisUrl, DATA_FOLDER: dataFolder } = services;
    const urls = await startApps({ env, bus, database, redisUrl, dataFolder, logger }, started);
    return { urls, database, logFile: logging.LOG_FILE, ...closing(...started) };
  } catch (fault) {
    await closing(...started).close();
    throw fault;
  }
}

const CONFIGS = [
  LoggingConfig,
  ServicesConfig,
  SchedulerConfig,
  SpaceshipConfig,
  IngestorConfig,
  RocketMonitorConfig,
];

/** Puts each app in front of `started`: what started last closes first. */
async function startApps(ground: Foundation, started: Running[]): Promise<GroundUrls> {
  const { bus, database, redisUrl, logger } = ground;
  const stores = { bus, databaseUrl: database.url, redisUrl, logger };
  const open = (
    app: NestFastifyApplication,
    { HOST }: HttpConfig,
    port: number,
    variable: string,
  ): Promise<string> => {
    started.unshift(app);
    return listen(app, HOST, port, variable);
  };

  const ROCKET_STORE = ground.env['ROCKET_STORE'] || 'postgres';
  const monitor = readConfig(RocketMonitorConfig, { ...ground.env, ROCKET_STORE });
  const monitorApp = await createRocketMonitor(monitor, stores);
  const rocketMonitor = await open(
    monitorApp,
    monitor,
    monitor.ROCKET_MONITOR_PORT,
    'ROCKET_MONITOR_PORT',
  );

  const ship = readConfig(SpaceshipConfig, ground.env);
  const spaceship = await open(
    await createSpaceship(ship, logger),
    ship,
    ship.SPACESHIP_PORT,
    'SPACESHIP_PORT',
  );

  const ingest = readConfig(IngestorConfig, { SPACESHIP_URL: spaceship, ...ground.env });
  const ingestorApp = await createIngestor(ingest, { ...stores, dataFolder: ground.dataFolder });
  const ingestor = await open(ingestorApp, ingest, ingest.INGESTOR_PORT, 'INGESTOR_PORT');

  const schedule = readConfig(SchedulerConfig, ground.env);
  const schedulerApp = await createScheduler(schedule, stores);
  const scheduler = await open(schedulerApp, schedule, schedule.SCHEDULER_PORT, 'SCHEDULER_PORT');
  return { scheduler, spaceship, ingestor, rocketMonitor };
}
