import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeBatteryPacket, decodeBatteryText, type StreamRequestDto } from '#common/contracts';
import { MemoryDatagramSender, StreamTargets } from '#common/datagrams';
import { ManualClock } from '#common/platform';
import { passTime } from '../../../../test/support/pass-time.js';
import { until } from '../../../../test/support/until.js';
import { SpaceshipConfig } from '../spaceship.config.js';
import { REFUSED_MS_MAX } from './refusal-watch.js';
import { StreamsService } from './streams.service.js';

const HOST = '127.0.0.1';
const NOW = new Date('2030-01-01T00:00:00Z');

let clock: ManualClock;
let sender: MemoryDatagramSender;
let service: StreamsService;

function serve(changes: Partial<SpaceshipConfig> = {}): void {
  const config = Object.assign(new SpaceshipConfig(), changes);
  clock = new ManualClock(NOW);
  sender = new MemoryDatagramSender();
  service = new StreamsService(config, sender, clock, new StreamTargets(config.SPACESHIP_TARGETS));
}

const listen = (port: number): Buffer[] => sender.listen({ host: HOST, port, family: 'ipv4' });
const hangUp = (port: number): void => sender.hangUp({ host: HOST, port, family: 'ipv4' });
const json = (port: number, more: Partial<StreamRequestDto> = {}): StreamRequestDto => ({
  host: HOST,
  port,
  ...more,
});
const ccsds = (port: number, more: Partial<StreamRequestDto> = {}): StreamRequestDto =>
  json(port, { format: 'ccsds', apid: 200, ...more });

const pass = (seconds: number): Promise<void> => passTime(clock, seconds);

beforeAll(() => Logger.overrideLogger(false));
beforeEach(() => serve());
afterEach(() => service.onApplicationShutdown());

describe('a stream', () => {
  it('sends its first datagram at once, then one per interval', async () => {
    const inbox = listen(41_001);

    await service.start(json(41_001, { interval: 0.5 }));

    await until(() => expect(inbox).toHaveLength(1));
    await pass(2);
    expect(inbox).toHaveLength(5);
  });

  it('sends once a second unless told otherwise', async () => {
    const inbox = listen(41_001);
    await service.start(json(41_001));

    await pass(10);

    expect(inbox).toHaveLength(11);
  });

  it('stamps its readings with its clock, never twice the same', async () => {
    serve({ SPACESHIP_DATAGRAMS_PER_SECOND_MAX: 100 });
    const inbox = listen(41_001);
    await service.start(json(41_001, { interval: 0 }));
    await pass(1);

    const instants = inbox.map((bytes) => {
      const text = decodeBatteryText(bytes);
      return text.kind === 'reading' ? text.generatedAt : null;
    });

    expect(instants[0]).toBe(NOW.getTime() * 1_000);
    expect(new Set(instants).size).toBe(inbox.length);
  });

  it('sends as fast as the cap when the interval is 0', async () => {
    serve({ SPACESHIP_DATAGRAMS_PER_SECOND_MAX: 50 });
    const inbox = listen(41_001);
    await service.start(json(41_001, { interval: 0 }));

    await pass(2);

    expect(inbox).toHaveLength(101);
  });

  it('counts its numbers from 1 and closes with the last one, three times', async () => {
    const inbox = listen(41_001);
    const { eventKey } = await service.start(ccsds(41_001, { interval: 1 }));
    await pass(3);

    const { lastSequence, sent } = await service.stop(eventKey);

    const decoded = inbox.map((bytes) => decodeBatteryPacket(bytes));
    const numbers = decoded.map((d) => (d.kind === 'battery' ? d.packet.sequence : d.kind));
    expect(numbers).toEqual([1, 2, 3, 4, 'closing', 'closing', 'closing']);
    expect(decoded.at(-1)).toEqual({ kind: 'closing', apid: 200, lastSequence: 4 });
    expect({ lastSequence, sent }).toEqual({ lastSequence: 4, sent: 4 });
  });

  it('sends nothing after it was stopped, and leaves no timer and no socket', async () => {
    const inbox = listen(41_001);
    const { eventKey } = await service.start(json(41_001));
    await pass(1);
    await service.stop(eventKey);

    await pass(5);

    expect(inbox).toHaveLength(2);
    expect(clock.alarmCount).toBe(0);
    expect(sender.openCount).toBe(0);
  });

  it('can be stopped once only, also by two at the same time', async () => {
    listen(41_001);
    const { eventKey } = await service.start(json(41_001));

    const [first, second] = await Promise.allSettled([
      service.stop(eventKey),
      service.stop(eventKey),
    ]);

    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'STREAM_NOT_FOUND' } });
    await expect(service.stop(eventKey)).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
    expect(service.find(eventKey)).toMatchObject({ phase: 'ended', endReason: 'stopped' });
  });

  it('ends by itself at its longest life, with its closing packets, and keeps its account', async () => {
    serve({ SPACESHIP_STREAM_LIFE_SECONDS_MAX: 3 });
    const inbox = listen(41_001);
    const { eventKey } = await service.start(ccsds(41_001, { interval: 0.5 }));

    await pass(5);

    expect(inbox).toHaveLength(6 + 3);
    expect(service.find(eventKey)).toMatchObject({ phase: 'ended', endReason: 'expired', sent: 6 });
    expect(service.activeCount).toBe(0);
    expect(await service.stop(eventKey)).toMatchObject({ lastSequence: 6, sent: 6 });
    await expect(service.stop(eventKey)).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
  });

  it('ends by itself at the time it was given, with its closing packets', async () => {
    const inbox = listen(41_001);
    const until = '2030-01-01T01:00:03+01:00';
    const { eventKey } = await service.start(ccsds(41_001, { interval: 0.5, until }));

    await pass(5);

    expect(inbox).toHaveLength(6 + 3);
    expect(service.find(eventKey)).toMatchObject({ phase: 'ended', endReason: 'expired', sent: 6 });
  });

  it('sends nothing but its closing packets after that time, also when it had to wait', async () => {
    serve({ SPACESHIP_STREAMS_MAX: 1 });
    listen(41_001);
    const inbox = listen(41_002);
    const { eventKey } = await service.start(json(41_001));
    const until = '2030-01-01T00:00:02Z';
    const late = await service.start(ccsds(41_002, { until }));
    await pass(3);
    await service.stop(eventKey);
    await pass(1);

    expect(inbox.map((bytes) => decodeBatteryPacket(bytes).kind)).toEqual(Array(3).fill('closing'));
    expect(service.find(late.eventKey)).toMatchObject({ endReason: 'expired', sent: 0 });
  });

  it('ends when nobody listens for too long', async () => {
    listen(41_001);
    const { eventKey } = await service.start(json(41_001, { interval: 0.5 }));
    await pass(2);
    hangUp(41_001);

    await pass(REFUSED_MS_MAX / 1_000);
    expect(service.find(eventKey).phase).toBe('sending');
    await pass(2);

    expect(service.find(eventKey)).toMatchObject({ phase: 'ended', endReason: 'refused' });
  });

  it('outlives a receiver that is away for a moment', async () => {
    listen(41_001);
    const { eventKey } = await service.start(json(41_001, { interval: 0.5 }));
    hangUp(41_001);
    await pass(3);
    listen(41_001);

    await pass(10);

    expect(service.find(eventKey).phase).toBe('sending');
  });

  it('is refused for a target outside the allowed networks', async () => {
    await expect(service.start({ host: '192.0.2.1', port: 41_001 })).rejects.toMatchObject({
      code: 'STREAM_TARGET_REFUSED',
    });
    expect(service.activeCount).toBe(0);
  });

  it('is refused when no socket can reach the target, and takes no place', async () => {
    sender.cutOff({ host: HOST, port: 41_001, family: 'ipv4' });

    await expect(service.start(json(41_001))).rejects.toMatchObject({
      code: 'STREAM_TARGET_REFUSED',
      field: 'host',
    });
    expect(service.activeCount).toBe(0);
  });

  it('ends with its closing packets when the app shuts down', async () => {
    const inbox = listen(41_001);
    await service.start(ccsds(41_001));
    await pass(1);

    await service.onApplicationShutdown();

    expect(inbox.slice(-3).map((bytes) => decodeBatteryPacket(bytes).kind)).toEqual([
      'closing',
      'closing',
      'closing',
    ]);
    expect(service.activeCount).toBe(0);
    expect(sender.openCount).toBe(0);
  });
});

describe('streams beyond the places', () => {
  const PLACES = 2;
  beforeEach(() => serve({ SPACESHIP_STREAMS_MAX: PLACES, SPACESHIP_STREAMS_WAITING_MAX: 2 }));

  it('wait, counted, and send when a place is free, in order', async () => {
    const inboxes = [1, 2, 3, 4].map((n) => listen(41_000 + n));
    const [first] = [await service.start(json(41_001)), await service.start(json(41_002))];
    const [third, fourth] = [await service.start(json(41_003)), await service.start(json(41_004))];
    await pass(2);
    expect(inboxes.map((inbox) => inbox.length > 0)).toEqual([true, true, false, false]);
    expect(service.activeCount).toBe(4);
    expect(service.find(third.eventKey)).toMatchObject({ phase: 'waiting', startedAtMs: null });

    await service.stop(first.eventKey);

    await until(() => expect(inboxes[2]).toHaveLength(1));
    expect(service.find(third.eventKey).phase).toBe('sending');
    expect(service.find(fourth.eventKey).phase).toBe('waiting');
    expect(service.activeCount).toBe(3);
  });

  it('are never more than the places, when all are asked for at once', async () => {
    for (const n of [1, 2, 3, 4]) listen(41_000 + n);

    await Promise.all([1, 2, 3, 4].map((n) => service.start(json(41_000 + n))));

    expect(sender.openCount).toBe(PLACES);
    expect(service.activeCount).toBe(4);
  });

  it('are refused when too many wait', async () => {
    for (const n of [1, 2, 3, 4]) await service.start(json(41_000 + n));

    await expect(service.start(json(41_005))).rejects.toMatchObject({ code: 'STREAM_QUEUE_FULL' });
    expect(service.activeCount).toBe(4);
  });

  it('can be stopped before their turn, with nothing sent', async () => {
    const inbox = listen(41_003);
    await service.start(json(41_001));
    await service.start(json(41_002));
    const third = await service.start(ccsds(41_003));

    expect(await service.stop(third.eventKey)).toMatchObject({ lastSequence: 0, sent: 0 });

    expect(inbox).toHaveLength(0);
    expect(service.activeCount).toBe(2);
  });

  it('make room for the next when their target cannot be reached', async () => {
    listen(41_001);
    const inbox = listen(41_004);
    const first = await service.start(json(41_001));
    await service.start(json(41_002));
    const third = await service.start(json(41_003));
    await service.start(json(41_004));
    sender.cutOff({ host: HOST, port: 41_003, family: 'ipv4' });

    await service.stop(first.eventKey);

    await until(() => expect(inbox).toHaveLength(1));
    expect(service.find(third.eventKey)).toMatchObject({
      phase: 'ended',
      endReason: 'unreachable',
    });
    expect(await service.stop(third.eventKey)).toMatchObject({ sent: 0 });
  });
});
