import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeBatteryPacket } from '#common/contracts';
import { MemoryDatagramSender, StreamTargets } from '#common/datagrams';
import { ManualClock } from '#common/platform';
import { passTime } from '../../../../test/support/pass-time.js';
import { until } from '../../../../test/support/until.js';
import { SpaceshipConfig } from '../spaceship.config.js';
import { REFUSED_MS_MAX } from './refusal-watch.js';
import { StreamsService } from './streams.service.js';

const HOST = '127.0.0.1';

let clock: ManualClock;
let sender: MemoryDatagramSender;
let service: StreamsService;

/** Has a place for one that sends and for more that wait. */
beforeEach(() => {
  const config = Object.assign(new SpaceshipConfig(), { SPACESHIP_STREAMS_MAX: 1 });
  clock = new ManualClock(new Date('2030-01-01T00:00:00Z'));
  sender = new MemoryDatagramSender();
  service = new StreamsService(config, sender, clock, new StreamTargets(config.SPACESHIP_TARGETS));
});

beforeAll(() => Logger.overrideLogger(false));
afterEach(() => service.onApplicationShutdown());

const listen = (port: number): Buffer[] => sender.listen({ host: HOST, port, family: 'ipv4' });
const pass = (seconds: number): Promise<void> => passTime(clock, seconds);

describe('a redirected stream', () => {
  const to = (port: number, more: object = {}) => ({ host: HOST, port, ...more });

  it('goes on elsewhere with the next number, and closes there', async () => {
    const [before, after] = [listen(41_001), listen(41_002)];
    const { eventKey } = await service.start(
      to(41_001, { format: 'ccsds', apid: 200, interval: 0.5 }),
    );
    await pass(1);
    const { sent } = await service.redirect(eventKey, to(41_002, { apid: 300 }));
    await pass(1);
    await service.stop(eventKey);

    const numbersIn = (inbox: readonly Buffer[]) =>
      inbox
        .map((bytes) => decodeBatteryPacket(bytes))
        .flatMap((decoded) => (decoded.kind === 'battery' ? [decoded.packet] : []))
        .map(({ apid, sequence }) => `${apid}/${sequence}`);
    expect(numbersIn(before)).toEqual(['200/1', '200/2', '200/3']);
    expect(sent).toBe(3);
    expect(numbersIn(after)).toEqual(['300/4', '300/5']);
    expect(after.slice(-3).map((bytes) => decodeBatteryPacket(bytes).kind)).toEqual(
      Array(3).fill('closing'),
    );
    expect(sender.openCount).toBe(0);
  });

  it('that waits for its turn has it at the new address', async () => {
    const first = await service.start(to(41_001));
    const second = await service.start(to(41_002));
    const inbox = listen(41_003);
    await service.redirect(second.eventKey, to(41_003));
    await service.stop(first.eventKey);

    await until(() => expect(inbox).toHaveLength(1));
    expect(service.find(second.eventKey).plan.target.port).toBe(41_003);
  });

  it('is not taken for unheard because nobody listened before', async () => {
    const { eventKey } = await service.start(to(41_001, { interval: 0.1 }));
    await pass(REFUSED_MS_MAX / 1_000 - 1);
    const inbox = listen(41_002);
    await service.redirect(eventKey, to(41_002));
    await pass(10);

    expect(service.find(eventKey).phase).toBe('sending');
    expect(inbox.length).toBeGreaterThan(50);
  });

  it.each([
    ['outside the allowed networks', '192.0.2.1'],
    ['that is multicast', '224.0.0.1'],
  ])('stays where it is after an address %s', async (_what, host) => {
    const inbox = listen(41_001);
    const { eventKey } = await service.start(to(41_001));
    await until(() => expect(inbox).toHaveLength(1));
    await expect(service.redirect(eventKey, { host, port: 41_002 })).rejects.toMatchObject({
      code: 'STREAM_TARGET_REFUSED',
    });
    await pass(2);

    expect(inbox).toHaveLength(3);
  });

  it('stays where it is when the new address cannot be reached', async () => {
    const { eventKey } = await service.start(to(41_001));
    sender.cutOff({ host: HOST, port: 41_002, family: 'ipv4' });
    await expect(service.redirect(eventKey, to(41_002))).rejects.toMatchObject({
      code: 'STREAM_TARGET_REFUSED',
    });

    expect(service.find(eventKey).plan.target.port).toBe(41_001);
    expect(sender.openCount).toBe(1);
  });

  it('is unknown once it is over', async () => {
    const { eventKey } = await service.start(to(41_001));
    await service.stop(eventKey);

    for (const key of [eventKey, 'another'])
      await expect(service.redirect(key, to(41_002))).rejects.toMatchObject({
        code: 'STREAM_NOT_FOUND',
      });
    expect(sender.openCount).toBe(0);
  });
});
