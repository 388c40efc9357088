import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RocketStoreKind } from '../../apps/rocket-monitor/src/rocket-monitor.config.js';
import { findFreePorts } from '../services/ports.js';
import { startPostgresql } from '../services/postgresql.js';
import { type RabbitmqService, startRabbitmq } from '../services/rabbitmq.js';
import { startRedis } from '../services/redis.js';
import type { Service } from '../services/service.js';
import { AppProcess, type AppPlan } from './app-process.js';
import { ServiceTarget } from './service-target.js';
import type { Kind, Target } from './target.js';

export interface GroundOptions {
  readonly folder: string;
  /** `forgets`: without an append-only file, so that every kill empties it. */
  readonly redis: 'durable' | 'forgets';
  readonly rocketStore: RocketStoreKind;
  readonly onFatal: (fault: Error) => void;
  readonly signal: AbortSignal;
}

/** A ground segment of many processes, and the servers that it needs. */
export interface Ground {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly broker: RabbitmqService;
  readonly apps: readonly AppProcess[];
  readonly targets: readonly Target[];
  urlsOf(kind: Kind): string[];
  logOf(name: string): string;
  /** Leaves no process behind, whatever state they are in. */
  stop(): Promise<void>;
}

const COUNTS = [
  ['spaceship', 1],
  ['ingestor', 3],
  ['scheduler', 2],
  ['rocket-monitor', 2],
] as const;
/** Below the ports that systems give to outgoing connections, above those of `findFreePorts`. */
const POOLS_FROM = 25_000;
const POOLS_TO = 31_000;
const POOL_SIZE = 400;
const STREAMS_MAX = '1000';

export async function startGround(options: GroundOptions): Promise<Ground> {
  if (!existsSync('dist/apps/scheduler/src/main.js'))
    throw new Error('The apps are not built: run `make build` first.');
  const services = await startServices(options);
  const apps: AppProcess[] = [];
  const ground = groundOf(options, services, apps);
  try {
    options.signal.throwIfAborted();
    const urls = urlsOf(services);
    for (const plan of await planApps(options, urls)) apps.push(new AppProcess(plan));
    // One first: it migrates the database for all.
    for (const app of apps.filter(({ kind }) => kind === 'scheduler')) await app.start();
    await Promise.all(apps.filter(({ pid }) => pid === 0).map((app) => app.start()));
    await settle(services.broker);
    return ground;
  } catch (fault) {
    await ground.stop();
    throw fault;
  }
}

interface Services {
  readonly postgresql: Service;
  readonly redis: Service;
  readonly broker: RabbitmqService;
}

async function startServices({ folder, redis, onFatal }: GroundOptions): Promise<Services> {
  const starts = [
    startPostgresql({ folder: join(folder, 'postgresql'), onFatal }),
    startRedis({
      folder: join(folder, 'redis'),
      ...(redis === 'forgets' && { settings: { appendonly: 'no' } }),
    }),
    startRabbitmq({ folder: join(folder, 'rabbitmq') }),
  ] as const;
  try {
    const [postgresql, started, broker] = await Promise.all(starts);
    return { postgresql, redis: started, broker };
  } catch (fault) {
    const outcomes = await Promise.allSettled(starts);
    const left = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    await Promise.allSettled(left.map((service) => service.stop()));
    throw fault;
  }
}

const urlsOf = ({ postgresql, redis, broker }: Services): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  DATABASE_URL: postgresql.url,
  REDIS_URL: redis.url,
  RABBITMQ_URL: broker.url,
});

async function planApps(
  { folder, rocketStore }: GroundOptions,
  urls: Record<string, string>,
): Promise<AppPlan[]> {
  const wanted = COUNTS.flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, at) => ({ kind, number: at + 1 })),
  );
  const ports = await findFreePorts(wanted.length * 2);
  const shipUrl = `http://127.0.0.1:${ports[0]}`;
  const pools = POOLS_FROM + Math.floor(Math.random() * (POOLS_TO - POOLS_FROM - 3 * POOL_SIZE));
  return wanted.map(({ kind, number }, at): AppPlan => {
    const name = `${kind}-${number}`;
    const port = ports[at] ?? 0;
    const first = pools + (number - 1) * POOL_SIZE;
    const own: Record<(typeof COUNTS)[number][0], Record<string, string>> = {
      scheduler: { SCHEDULER_PORT: String(port) },
      spaceship: { SPACESHIP_PORT: String(port), SPACESHIP_STREAMS_MAX: STREAMS_MAX },
      ingestor: {
        INGESTOR_PORT: String(port),
        INGESTOR_UDP_PORT: String(ports[wanted.length + at] ?? 0),
        INGESTOR_PORT_POOL: `${first}-${first + POOL_SIZE - 1}`,
        INGESTOR_ID: name,
        SPACESHIP_URL: shipUrl,
      },
      'rocket-monitor': { ROCKET_MONITOR_PORT: String(port), ROCKET_STORE: rocketStore },
    };
    const env = { ...urls, ...own[kind], LOG_FILE: join(folder, `${name}.log`) };
    return { name, kind, port, env, folder };
  });
}

/**
 * What was declared is on disk. A kill within seconds of a quorum queue's declaration otherwise
 * leaves RabbitMQ 3.10 with a queue that confirms nothing ever again.
 */
async function settle(broker: RabbitmqService): Promise<void> {
  await broker.control('eval', 'mnesia:sync_log(), [dets:sync(T) || T <- dets:all()].');
}

function groundOf(
  { folder }: GroundOptions,
  services: Services,
  apps: readonly AppProcess[],
): Ground {
  const { postgresql, redis, broker } = services;
  const servers = [postgresql, redis, broker].map((service) => new ServiceTarget(service));
  return {
    databaseUrl: postgresql.url,
    redisUrl: redis.url,
    broker,
    apps,
    get targets(): Target[] {
      return [...apps, ...servers];
    },
    urlsOf: (kind) => apps.filter((app) => app.kind === kind).map(({ url }) => url),
    logOf: (name) => join(folder, `${name}.log`),
    async stop(): Promise<void> {
      // A frozen one obeys nobody.
      await Promise.all(servers.map((server) => server.thaw()));
      await Promise.all(apps.map((app) => app.stop()));
      await Promise.all([postgresql, redis, broker].map((service) => service.stop()));
    },
  };
}
