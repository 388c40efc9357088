import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Response } from 'supertest';
import { type ContactReport, MISSING_RANGES_MAX, type MissingRange } from '#common/contracts';
import { MICROS_PER_MILLISECOND, parseInstant } from '#common/domain';
import { LeftOutBlocks } from '../apps/ingestor/src/archive/left-out.port.js';
import { blocksOf } from '../apps/ingestor/src/archive/testing/batches.js';
import { Reception } from '../apps/ingestor/src/receptions/reception.js';
import { ReceptionStore } from '../apps/ingestor/src/receptions/reception-store.port.js';
import { ask, type OpenCommand, opening, reportOf } from './support/ingestor.js';
import { IngestorUnderTest } from './support/ingestor-under-test.js';
import { type FakeStream, FakeShip, SHIP_EPOCH_MS } from './support/ship.js';
import { until } from './support/until.js';

const NUMBERS = 9_000;
/** What a socket's buffer has room for on any machine. */
const AT_A_TIME = 100;
/** Lost ones, one that came damaged, one that had come, and one of the last two. */
const COME_LATE = [3, 4_503, 17, 8_998, 8_999];

interface MissingPage {
  readonly revision: number;
  readonly complete: boolean;
  readonly missing_ranges_total: number;
  readonly missing_ranges: readonly MissingRange[];
}

/** Of three numbers one comes, and now and then another one, damaged. */
const comes = (number: number): boolean => number % 3 === 1;
const isDamaged = (number: number): boolean => number % 15 === 2;

/** What is true of the numbers that never came, neighbours of one cause together. */
function truth(hasCome: (number: number) => boolean): MissingRange[] {
  const ranges: MissingRange[] = [];
  for (let to = 1; to <= NUMBERS; to += 1) {
    if (hasCome(to)) continue;
    const cause = isDamaged(to) ? 'corrupt' : 'lost';
    const last = ranges.at(-1);
    if (last?.to === to - 1 && last.cause === cause) ranges.splice(-1, 1, { ...last, to });
    else ranges.push({ from: to, to, cause });
  }
  return ranges;
}

describe('a contact with more holes than its report lists', { timeout: 120_000 }, () => {
  let ship: FakeShip;
  let ingestor: IngestorUnderTest;
  let command: OpenCommand;
  let stream: FakeStream;
  let report: ContactReport;

  beforeAll(async () => {
    ship = new FakeShip();
    await ship.start();
    ingestor = await IngestorUnderTest.start(ship.url);
    command = opening(60, { format: 'ccsds' });
    stream = await ingestor.begin(ship, command);
    await sendAll();
    report = await ingestor.end(command, stream, NUMBERS);
  });

  afterAll(async () => {
    await ingestor.close();
    await ship.close();
  });

  async function sendAll(): Promise<void> {
    const datagrams = Array.from({ length: NUMBERS }, (_, at) => at + 1).flatMap((number) => {
      if (comes(number)) return [ship.packet(stream, number)];
      return isDamaged(number) ? [ship.damaged(stream, number)] : [];
    });
    for (let from = 0; from < datagrams.length; from += AT_A_TIME) {
      const some = datagrams.slice(from, from + AT_A_TIME);
      await ship.send(stream, some);
      await until(async () => {
        const { body } = await ask(ingestor.app).get('/receptions').expect(200);
        expect(body[0].datagrams.received).toBe(from + some.length);
      });
    }
  }

  /** Packets that this process took and could not store, as another one had the reception by then. */
  async function comeLate(numbers: readonly number[]): Promise<void> {
    const ended = await ingestor.app.get(ReceptionStore).ended(command.contact_id);
    if (ended === null || ended === 'open') throw new Error('It has not ended');
    const reception = Reception.open(ended.opening, ended.shipId, null);
    const packets = numbers.map((sequence) => ({
      sequence,
      generatedAt: (SHIP_EPOCH_MS + sequence) * MICROS_PER_MILLISECOND,
      receivedAt: parseInstant(report.ended_at)!,
      packet: ship.packet(stream, sequence),
    }));
    ingestor.app.get<LeftOutBlocks>(LeftOutBlocks).take(blocksOf(reception, packets));
  }

  const path = (query: string): string => `/contacts/${command.contact_id}/report/missing${query}`;

  /** Follows the Link headers to the end. */
  async function pages(query: string): Promise<MissingPage[]> {
    const all: MissingPage[] = [];
    for (let next: string | undefined = path(query); next !== undefined;) {
      const answer: Response = await ask(ingestor.app).get(next).expect(200);
      all.push(answer.body as MissingPage);
      next = /^<([^>]+)>; rel="next"$/.exec(answer.headers['link'] ?? '')?.[1];
    }
    return all;
  }

  async function expectAll(missing: readonly MissingRange[], revision: number): Promise<void> {
    const found = await pages('?limit=700');
    expect(found.flatMap(({ missing_ranges }) => missing_ranges)).toEqual(missing);
    const told = { revision, complete: true, missing_ranges_total: missing.length };
    expect(found).toHaveLength(Math.ceil(missing.length / 700));
    for (const page of found) expect(page).toMatchObject(told);
  }

  it('tells all of them by pages, also after a restart', async () => {
    const missing = truth(comes);
    const { numbers } = report;
    expect(numbers.missing_ranges).toEqual(missing.slice(0, MISSING_RANGES_MAX));
    expect(numbers.missing_ranges_total).toBe(missing.length);
    await expectAll(missing, 1);

    await ingestor.app.close();
    await ingestor.start();
    await expectAll(missing, 1);
    expect((await pages(''))[0]!.missing_ranges).toHaveLength(1_000);
    expect(await pages('?limit=10000')).toHaveLength(1);
  });

  it('tells those of the new revision when some come late', async () => {
    const [before] = await pages('?limit=4000');
    await comeLate(COME_LATE);
    await until(async () => {
      expect(await reportOf(ingestor.app, command)).toMatchObject({ revision: 2, closed: true });
    });

    const missing = truth((number) => comes(number) || COME_LATE.includes(number));
    expect(missing.length).not.toBe(before!.missing_ranges_total);
    await expectAll(missing, 2);
  });

  it('lists the first of them in the report, which messages carry, and nothing of the others', async () => {
    const { body } = await ask(ingestor.app)
      .get(`/contacts/${command.contact_id}/report`)
      .expect(200);

    expect(body.numbers.missing_ranges).toHaveLength(MISSING_RANGES_MAX);
    expect(JSON.stringify(body)).not.toContain('unlisted');
  });

  it.each([
    ['?limit=0', 'limit'],
    ['?limit=10001', 'limit'],
    ['?limit=some', 'limit'],
    ['?cursor=x', 'cursor'],
    ['?after=7', 'after'],
  ])('refuses %s and names the field', async (query, field) => {
    const { body } = await ask(ingestor.app).get(path(query)).expect(400);

    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
  });

  it('is documented with each of its fields', async () => {
    const { body: documents } = await ask(ingestor.app).get('/docs-json').expect(200);
    const [page] = await pages('?limit=10000');

    const { properties } = documents.components.schemas.MissingRangesDto;
    expect(Object.keys(properties)).toEqual(Object.keys(page!));
  });
});
