import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InProcessBus } from '#common/messaging';
import { type ShipCount } from '../scripts/ship-counts.js';
import { shipLists } from '../scripts/ship-lists.js';
import { type TestDatabase, testDatabase } from './support/database.js';
import { ask, opening, openReception, startIngestor } from './support/ingestor.js';
import { TestRedis } from './support/redis.js';
import { FakeShip } from './support/ship.js';
import { until } from './support/until.js';

describe('the ingestor on Redis', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let bus: InProcessBus;
  let ship: FakeShip;
  let app: NestFastifyApplication;

  beforeEach(async () => {
    [database, redis] = await Promise.all([testDatabase(), TestRedis.start()]);
    await redis.admin.select(1);
    bus = new InProcessBus();
    ship = new FakeShip();
    await ship.start();
    const shipUrl = ship.url;
    const settings = { HOT_LIST_MAX: 4 };
    const databaseUrl = database.url;
    app = await startIngestor({ bus, databaseUrl, shipUrl, redisUrl: redis.url, settings });
  });

  afterEach(async () => {
    await app.close();
    await ship.close();
    await bus.close();
    await Promise.all([database.drop(), redis.stop()]);
  });

  const healthOf = async () => (await ask(app).get('/health/ready')).body.details;
  const listOf = (name: string): Promise<string[]> => redis.admin.lrange(name, 0, -1);

  async function countLists(url: string): Promise<ShipCount[]> {
    const counts: ShipCount[] = [];
    for await (const count of shipLists(url)) counts.push(count);
    return counts;
  }

  it('lists what it receives: json as it came, ccsds as the text that says the same', async () => {
    await openReception(bus, opening(60, { format: 'json' }));
    const json = await ship.nextStream();
    await ship.send(json, [ship.text(1), ship.text(2)]);
    await openReception(bus, opening(60, { format: 'ccsds' }, { ship_name: 'Voyager' }));
    const ccsds = await ship.nextStream(2);
    await ship.send(
      ccsds,
      [1, 2, 3].map((n) => ship.packet(ccsds, n, 2)),
    );

    const texts = [ship.text(1), ship.text(2)].map(String);
    await until(async () => expect(await listOf('USS Enterprise')).toEqual(texts));
    await until(async () => expect(await listOf('Voyager')).toHaveLength(4));
    expect(JSON.parse((await listOf('Voyager'))[0]!)).toMatchObject({ unit: 'V' });
    expect(await countLists(redis.url)).toEqual([
      { name: 'USS Enterprise', samples: 2 },
      { name: 'Voyager', samples: 4 },
    ]);
  });

  it('receives and stores while Redis is dead, says so, and goes on when it is back', async () => {
    await redis.kill();
    await openReception(bus, opening(60, { format: 'json' }));
    const stream = await ship.nextStream();
    await ship.send(stream, [ship.text(1), ship.text(2)]);

    await until(async () => {
      const { archive, hot_lists } = await healthOf();
      expect(archive).toMatchObject({ status: 'up', samples_stored: 2 });
      expect(hot_lists).toMatchObject({ status: 'degraded', readings_dropped: 2 });
    });
    await ask(app).get('/health/ready').expect(200);
    await redis.restart();
    await redis.admin.select(1);
    await until(async () => expect((await healthOf()).hot_lists.status).toBe('up'));
    await ship.send(stream, [ship.text(3)]);
    await until(async () => expect(await listOf('USS Enterprise')).toEqual([String(ship.text(3))]));
  });

  it('has counts that are refused in one line, without the password, when nobody answers', async () => {
    await redis.kill();
    const url = redis.url.replace('//', '//:secret@');
    await expect(countLists(url)).rejects.toThrow(/^No Redis answers at redis:\/\/:\*\*\*@/);
  });
});
