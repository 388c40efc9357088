import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../test/support/until.js';
import { LiveWatcher } from './live-watcher.js';

const eventOf = (number: number): string => {
  const data = { number, contact_id: 'contact', state: 'scheduled', revision: number };
  return `event: scheduled\nid: ${number}\ndata: ${JSON.stringify(data)}\n\n`;
};
const liveAt = (number: number): string =>
  `event: live\nid: ${number}\ndata: {"number":${number}}\n\n`;

let answers: ((response: ServerResponse) => void)[];
let asked: IncomingMessage[];
let server: Server;
let watcher: LiveWatcher;
let stopping: AbortController;
let watching: Promise<void>;

beforeEach(async () => {
  answers = [];
  asked = [];
  server = createServer((request, response) => {
    asked.push(request);
    const answer = answers.shift();
    if (answer) answer(response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  watcher = new LiveWatcher('listener', [url], () => 0);
  stopping = new AbortController();
});

afterEach(async () => {
  stopping.abort();
  await watching;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** The next connection is answered so, and cut. */
const dropAfter = (text: string) =>
  answers.push((response) => {
    response.writeHead(200);
    response.write(text, () => response.destroy());
  });
const lastEventIds = (): unknown[] => asked.map(({ headers }) => headers['last-event-id']);

describe('a listener to live events', () => {
  it('begins with the first change, and goes on where it was cut off', async () => {
    dropAfter(`retry: 2000\n\n${eventOf(1)}${liveAt(1)}${eventOf(2)}${eventOf(3).slice(0, 30)}`);
    dropAfter(eventOf(3) + liveAt(3));
    watching = watcher.run(stopping.signal);

    await until(() => expect(lastEventIds().slice(0, 3)).toEqual(['0', '2', '3']));
    expect(watcher.heard.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(watcher.toFact()).toMatchObject({ faults: [], connections: 2 });
  });

  it('comes again where nobody has a place for it', async () => {
    answers.push((response) => response.writeHead(503).end());
    dropAfter(eventOf(1));
    watching = watcher.run(stopping.signal);

    await until(() => expect(watcher.last).toBe(1));
    expect(watcher.faults).toEqual([]);
  });

  it.each([
    ['another answer', 'answered 400 to Last-Event-ID 0', null],
    ['live before all is told', 'live at 2, heard up to 1', eventOf(1) + liveAt(2)],
    ['an id of another', 'the change 2 has the id 1', eventOf(2).replace('id: 2', 'id: 1')],
    ['no change', 'an event that is no change', 'event: active\nid: 1\ndata: {}\n\n'],
    ['no JSON', 'SyntaxError', 'event: active\nid: 1\ndata: {\n\n'],
  ])('notes %s', async (_, fault, text) => {
    if (text === null) answers.push((response) => response.writeHead(400).end());
    else dropAfter(text);
    watching = watcher.run(stopping.signal);

    await until(() => expect(watcher.faults[0]).toContain(fault));
  });
});
