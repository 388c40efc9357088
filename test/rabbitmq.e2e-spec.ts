import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anyPorts } from './support/any-ports.js';
import { type Broker, aBroker } from './support/broker.js';
import { type TestDatabase, testDatabase } from './support/database.js';
import { until } from './support/until.js';

const SCHEDULER = 'dist/apps/scheduler/src/main.js';

describe('an app as a process of its own, on RabbitMQ', () => {
  let broker: Broker;
  let database: TestDatabase;
  let folder: string;

  beforeAll(async () => {
    broker = await aBroker();
  });

  afterAll(() => broker.remove());

  beforeEach(async () => {
    database = await testDatabase();
    folder = await mkdtemp(join(tmpdir(), 'perigee-rabbitmq-'));
  });

  const children: ChildProcess[] = [];

  afterEach(async () => {
    // One that a failed test left behind would run, and retry, for ever.
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts the scheduler; what it prints, and how it ends. */
  function schedule(environment: NodeJS.ProcessEnv) {
    const services = { RABBITMQ_URL: broker.url, DATABASE_URL: database.url };
    const env = { ...anyPorts(folder), ...services, LOG_FILE: '', ...environment };
    const child = spawn('node', [SCHEDULER], { env });
    children.push(child);
    const output = { text: '', faults: '' };
    child.stdout.on('data', (chunk: Buffer) => void (output.text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => void (output.faults += chunk.toString()));
    const ended = once(child, 'exit') as Promise<[number | null]>;
    return { child, output, ended };
  }

  it('joins the broker, says that it is well, and leaves in order', async () => {
    const { child, output, ended } = schedule({});
    await until(() => expect(output.text).toContain('Listening at'), 20_000);
    const connections = await broker.control('list_connections', 'client_properties', 'state');
    expect(connections).toContain('scheduler in');
    expect(connections).toContain('scheduler out');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(await broker.control('-q', 'list_queues', 'name')).toContain('ground.scheduler');
    expect(output.faults).toBe('Stopping …\n');
  });

  it('N8: ends with 1 and one sentence where a queue has other settings', async () => {
    const connection = await connect(broker.url);
    const channel = await connection.createChannel();
    await channel.deleteQueue('ground.scheduler');
    await channel.assertQueue('ground.scheduler', { durable: true });
    const { output, ended } = schedule({});
    expect(await ended).toEqual([1, null]);
    expect(output.faults.trim().split('\n')).toHaveLength(1);
    expect(output.faults).toContain('ground.scheduler');
    expect(output.faults).not.toMatch(/unhandled|at .*\.js:\d/i);
    await channel.deleteQueue('ground.scheduler');
    await connection.close();
  });

  it('ends with 1 and one sentence where the broker refuses it', async () => {
    const { output, ended } = schedule({ RABBITMQ_URL: broker.url.replace(/:[^:@]+@/, ':wrong@') });
    expect(await ended).toEqual([1, null]);
    expect(output.faults.trim().split('\n')).toHaveLength(1);
    expect(output.faults).not.toContain('wrong');
  });
});
