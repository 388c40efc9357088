import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  contactKey,
  decodeBatteryPacket,
  decodeBatteryText,
  isSigned,
  type StreamRequestDto,
} from '#common/contracts';
import { MemoryDatagramSender, StreamTargets } from '#common/datagrams';
import { parseInstant } from '#common/domain';
import { ManualClock } from '#common/platform';
import { passTime } from '../../../../test/support/pass-time.js';
import { until } from '../../../../test/support/until.js';
import { faultProfileOf } from '../faults/fault-profile.js';
import { SimulatedFlight } from '../faults/simulated-flight.js';
import { SpaceshipConfig } from '../spaceship.config.js';
import { StreamsService } from './streams.service.js';

const HOST = '127.0.0.1';
const EPOCH = '2031-01-01T00:00:00Z';
const FAULTS = {
  loss: 0.05,
  duplicate: 0.1,
  reorder: { probability: 0.2, depth: 5 },
  corrupt: 0.1,
  delay_ms: [50, 400],
  blackouts: [[1, 2]],
} as const;

let clock: ManualClock;
let sender: MemoryDatagramSender;
let service: StreamsService;
let inbox: Buffer[];

const request = (more: Partial<StreamRequestDto> = {}): StreamRequestDto => ({
  host: HOST,
  port: 41_001,
  format: 'ccsds',
  apid: 200,
  interval: 0.1,
  seed: 7,
  epoch: EPOCH,
  ...more,
});
const pass = (seconds: number): Promise<void> => passTime(clock, seconds);
const numbers = (): unknown[] =>
  inbox.map((bytes) => {
    const decoded = decodeBatteryPacket(bytes);
    return decoded.kind === 'battery' ? decoded.packet.sequence : decoded.kind;
  });
const CLOSING = ['closing', 'closing', 'closing'];

beforeAll(() => Logger.overrideLogger(false));
beforeEach(() => {
  const config = new SpaceshipConfig();
  clock = new ManualClock(new Date('2030-01-01T00:00:00Z'));
  sender = new MemoryDatagramSender();
  service = new StreamsService(config, sender, clock, new StreamTargets(config.SPACESHIP_TARGETS));
  inbox = sender.listen({ host: HOST, port: 41_001, family: 'ipv4' });
});
afterEach(() => service.onApplicationShutdown());

describe('a stream with faults', () => {
  it('sends what the simulated flight of its plan sends, byte by byte', async () => {
    const { eventKey } = await service.start(request({ faults: FAULTS, count: 100 }));
    await pass(11);

    const plan = { format: 'ccsds', apid: 200, batteryCount: 1, seed: 7, count: 100 } as const;
    const epoch = parseInstant(EPOCH) ?? 0;
    const simulated = new SimulatedFlight({ ...plan, epoch, faults: faultProfileOf(FAULTS) }, 100);
    const expected = [...simulated.datagrams()].map(({ bytes }) => bytes);
    expect(service.find(eventKey)).toMatchObject({ phase: 'ended', endReason: 'finished' });
    expect(Buffer.concat(inbox)).toEqual(Buffer.concat(expected));
    const { record } = service.ledger(eventKey);
    const { sha256, totals } = simulated.ledger();
    expect(record).toMatchObject({ sha256, totals });
    // As the ship knows it: what was lost was sent, what was repeated was sent once.
    expect(service.find(eventKey)).toMatchObject({ lastSequence: 100, sent: 100 });
  });

  it('sends nothing in a blackout, then what it recorded, in order', async () => {
    await service.start(request({ faults: { blackouts: [[0.5, 1.45]] } }));

    await pass(1.4);
    expect(numbers()).toEqual([1, 2, 3, 4, 5]);
    await pass(0.3);

    expect(numbers()).toEqual(Array.from({ length: inbox.length }, (_, index) => index + 1));
    expect(inbox.length).toBeGreaterThan(15);
  });

  it('sends what it recorded before its closing packets when it is stopped in a blackout', async () => {
    const { eventKey } = await service.start(request({ faults: { blackouts: [[0.5, 1_000]] } }));
    await pass(2);
    expect(service.ledger(eventKey)).toMatchObject({ phase: 'sending' });
    expect(service.ledger(eventKey).record.totals.held).toBeGreaterThan(10);

    const { lastSequence } = await service.stop(eventKey);

    const all = Array.from({ length: lastSequence }, (_, index) => index + 1);
    expect(numbers()).toEqual([...all, ...CLOSING]);
    expect(service.ledger(eventKey).record.totals).toMatchObject({ held: 0, closing: 3 });
  });

  it('lets a delayed datagram leave at its time, not with the next number', async () => {
    await service.start(request({ interval: 10, faults: { delay_ms: [1_000, 1_000] } }));

    await pass(0.9);
    expect(inbox).toHaveLength(0);
    await pass(0.2);

    expect(numbers()).toEqual([1]);
  });

  it('knows nothing of its faults: a lost datagram counts as sent', async () => {
    const { eventKey } = await service.start(request({ faults: { loss: 1 } }));
    await pass(1);

    const { lastSequence, sent } = await service.stop(eventKey);

    expect(numbers()).toEqual(CLOSING);
    expect(lastSequence).toBeGreaterThan(5);
    expect(sent).toBe(lastSequence);
  });
});

describe('a stream with an epoch and a count', () => {
  it('ends by itself, and says times from its epoch on', async () => {
    const { eventKey } = await service.start(request({ format: 'json', count: 3 }));
    await pass(1);

    const times = inbox.map((bytes) => {
      const text = decodeBatteryText(bytes);
      return text.kind === 'reading' ? text.generatedAt - (parseInstant(EPOCH) ?? 0) : null;
    });
    expect(times).toEqual([0, 100_000, 200_000]);
    expect(service.find(eventKey)).toMatchObject({ endReason: 'finished', sent: 3 });
    expect(await service.stop(eventKey)).toMatchObject({ lastSequence: 3, sent: 3 });
  });
});

describe('a stream with a key', () => {
  const key = contactKey('secret', 'contact');

  it('signs every packet, and keeps the key to itself', async () => {
    const { eventKey } = await service.start(request({ key: key.toString('hex'), count: 5 }));
    await pass(1);

    expect(inbox).toHaveLength(5 + 3);
    for (const bytes of inbox) expect(isSigned(key, bytes)).toBe(true);
    const told = inspect([service.find(eventKey), service.ledger(eventKey)], { depth: null });
    expect(told).not.toContain('key:');
    expect(told).not.toContain('Buffer');
  });
});

describe('the ledger of a stream', () => {
  it('is there while it waits, sends, and after its end', async () => {
    const { eventKey } = await service.start(request());
    await pass(0.5);
    const during = service.ledger(eventKey);
    await pass(0.5);
    await service.stop(eventKey);

    const after = service.ledger(eventKey);
    expect(during.phase).toBe('sending');
    expect(during.record.totals.numbers).toBeGreaterThan(3);
    expect(after.phase).toBe('ended');
    expect(after.record.totals.numbers).toBeGreaterThan(during.record.totals.numbers);
    expect(() => service.ledger('nothing')).toThrow('Event key not found');
  });

  it('counts as refused what the network does not take', async () => {
    const { eventKey } = await service.start(request());
    await until(() => expect(inbox).toHaveLength(1));
    sender.breakDown();
    await pass(0.5);

    const { record } = service.ledger(eventKey);

    expect(record.totals.datagrams).toBe(1);
    expect(record.totals.refused).toBe(record.totals.numbers - 1);
    expect(record.refusals.get(2)).toEqual({ datagrams: 1, corrupted: 0 });
    expect(service.find(eventKey).sent).toBe(1);
  });
});
