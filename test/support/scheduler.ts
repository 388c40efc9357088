import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { InProcessBus } from '#common/messaging';
import { createScheduler } from '../../apps/scheduler/src/scheduler.app.js';
import { SchedulerConfig } from '../../apps/scheduler/src/scheduler.config.js';
import { type TestDatabase, testDatabase } from './database.js';
import { asking } from './http.js';
import { aStandIn, type StandIn } from './stand-in.js';

export const future = (seconds = 3_600): string =>
  new Date(Date.now() + seconds * 1_000).toISOString();

export const aBooking = (given: object = {}): object => ({
  ship_name: 'USS Enterprise',
  start_time: future(),
  duration: 15,
  ...given,
});

export interface SchedulerSurroundings {
  readonly redisUrl?: string;
  readonly settings?: Partial<SchedulerConfig>;
  /** Shares the database of another one, which must end after this one. */
  readonly beside?: SchedulerUnderTest;
}

/** The scheduler as it is, on a database of its own, with a stand-in for the apps around it. */
export class SchedulerUnderTest {
  http: Awaited<ReturnType<typeof asking>>;
  others: StandIn;
  #app: NestFastifyApplication;
  #database: TestDatabase;

  private constructor(private readonly surroundings: SchedulerSurroundings) {}

  static async make(surroundings: SchedulerSurroundings = {}): Promise<SchedulerUnderTest> {
    const made = new SchedulerUnderTest(surroundings);
    const { beside } = surroundings;
    made.#database = beside ? beside.#database : await testDatabase();
    await made.start();
    return made;
  }

  async start(): Promise<void> {
    const bus = new InProcessBus();
    const { redisUrl, settings } = this.surroundings;
    const config = Object.assign(new SchedulerConfig(), { LOG_LEVEL: 'silent', ...settings });
    this.others = await aStandIn(bus);
    this.#app = await createScheduler(config, { databaseUrl: this.#database.url, redisUrl, bus });
    this.http = await asking(this.#app);
  }

  /** The address of its own, for clients that keep a connection. */
  async listen(): Promise<string> {
    await this.#app.listen(0, '127.0.0.1');
    return this.#app.getUrl();
  }

  async stop(): Promise<void> {
    await this.#app.close();
    await this.others.close();
  }

  async end(): Promise<void> {
    await this.stop();
    if (!this.surroundings.beside) await this.#database.drop();
  }

  async book(given: object = {}) {
    return (await this.http.post('/scheduler/').send(aBooking(given)).expect(201)).body;
  }

  async contact(id: string) {
    return (await this.http.get(`/scheduler/${id}`).expect(200)).body;
  }

  /** A part of its readiness. */
  async health(part: string) {
    return (await this.http.get('/health/ready')).body.details[part];
  }
}
