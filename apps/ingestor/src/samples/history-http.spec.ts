import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batteryPacket, filledArchive, SHIP } from '../adapters/testing/filled-archive.js';
import { samplesApp } from '../adapters/testing/samples-app.js';
import { formatPointId } from './point-id.js';

const START = 1_893_456_000_000_000;
const BATTERIES = 11;
/** More than 100,000 points, were there so many. */
const IDS = Array.from({ length: BATTERIES }, (_, battery) =>
  formatPointId({ ship: SHIP, battery, field: 'volts' }),
);

describe('the limits of Open MCT’s history', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    const records = IDS.map((_, battery) => ({ battery, volts: 20 + battery }));
    const packets = [batteryPacket(START, 1, records)];
    app = await samplesApp(filledArchive({ packets, isLevelled: () => true }).archive);
  });

  afterAll(() => app.close());

  const thinned = (ids: readonly string[], size: string) =>
    request(app.getHttpServer()).get(`/history/${ids.join(',')}?strategy=minmax&size=${size}`);

  it('refuse ids that together could have too many minima and maxima', async () => {
    const { body } = await thinned(IDS, '10000').expect(400);

    expect(body).toMatchObject({ code: 'SAMPLES_TOO_MANY', errors: [{ field: 'size' }] });
  });

  it('count an id that is named twice once', async () => {
    const { body } = await thinned([...IDS.slice(0, 10), ...IDS.slice(0, 10)], '10000').expect(200);

    expect(body).toHaveLength(10);
  });

  it('are of different ids: as many equal ones as fit into an address are one', async () => {
    const equal = Array.from({ length: 65 }, () => IDS[0]!);
    const { body } = await request(app.getHttpServer())
      .get(`/history/${equal.join(',')}`)
      .expect(200);
    const different = equal.map((_, battery) =>
      formatPointId({ ship: SHIP, battery, field: 'volts' }),
    );
    const refused = await request(app.getHttpServer())
      .get(`/history/${different.join(',')}`)
      .expect(400);

    expect(body).toEqual([{ timestamp: START / 1_000, value: 20, id: IDS[0] }]);
    expect(refused.body.detail).toBe('ids are 65 different ones, and at most 64 can be asked for');
  });

  it('leave as many ids as there are to a smaller size', async () => {
    const { body } = await thinned(IDS, '9090.9').expect(200);

    expect(body).toHaveLength(BATTERIES);
  });
});
