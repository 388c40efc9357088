import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { until } from '../../../../../test/support/until.js';
import { workModule } from '../testing/bus-apps.js';
import { RabbitUnderTest, sharedRabbitmqUrl } from '../testing/rabbit-under-test.js';
import { DeadLetters } from './dead-letters.js';

describe('dead letters', () => {
  let rabbit: RabbitUnderTest;
  let letters: DeadLetters;
  let isMended: boolean;
  const done: number[] = [];

  beforeEach(async () => {
    rabbit = await RabbitUnderTest.make();
    letters = await DeadLetters.open(sharedRabbitmqUrl(), new SystemClock(), rabbit.topology);
    isMended = false;
    done.length = 0;
    const bus = await rabbit.bus();
    const work = async ({ n }: { readonly n: number }): Promise<void> => {
      if (!isMended) throw new Error('the antenna is stuck');
      done.push(n);
    };
    await rabbit.app(bus, 'worker', workModule(work));
    for (let n = 0; n < 3; n += 1) await rabbit.publish(bus, 'work.do', { n });
    await until(async () => {
      if ((await letters.list('worker', 10)).length < 3) throw new Error('not yet');
    });
  });

  afterEach(async () => {
    await letters.close();
    await rabbit.close();
  });

  it('say what they are and why they were given up, as often as one asks', async () => {
    for (let look = 0; look < 25; look += 1) await letters.list('worker', 10);
    const [first] = await letters.list('worker', 1);
    expect(first).toMatchObject({
      app: 'worker',
      type: 'work.do',
      reason: 'the antenna is stuck',
    });
    expect(JSON.parse(first!.content)).toMatchObject({ id: first!.id, type: 'work.do' });
  });

  it('go to their app once more', async () => {
    isMended = true;
    expect(await letters.redrive('worker', 2)).toBe(2);
    await until(() => expect(done).toHaveLength(2));
    expect(await letters.redrive('worker', 10)).toBe(1);
    await until(() => expect(new Set(done)).toEqual(new Set([0, 1, 2])));
    expect(await letters.list('worker', 10)).toEqual([]);
  });

  it('come back when they fail again', async () => {
    expect(await letters.redrive('worker', 10)).toBe(3);
    await until(async () => expect(await letters.list('worker', 10)).toHaveLength(3));
  });

  it('of an app that never was there are none', async () => {
    expect(await letters.list('nobody', 10)).toEqual([]);
    expect(await letters.redrive('nobody', 10)).toBe(0);
  });
});
