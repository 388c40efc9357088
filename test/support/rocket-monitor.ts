import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Bus } from '#common/messaging';
import { createRocketMonitor } from '../../apps/rocket-monitor/src/rocket-monitor.app.js';
import { RocketMonitorConfig } from '../../apps/rocket-monitor/src/rocket-monitor.config.js';

export const CHANNEL = '193270a9-c9cf-404a-8f83-838e71d9ae67';
export const TIME = '2022-02-02T19:39:05.86337+01:00';
export const LAUNCH = { type: 'Falcon-9', launchSpeed: 500, mission: 'ARTEMIS' };

export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly link: string | null;
  readonly etag: string | null;
  readonly text: string;
}

/** A message as the rockets send it; `given` replaces fields of its metadata. */
export const rocketMessage = (
  messageNumber: number,
  messageType: string,
  message: object,
  given: object = {},
): object => ({
  metadata: { channel: CHANNEL, messageNumber, messageTime: TIME, messageType, ...given },
  message,
});

/** The monitor as it is, on a port of its own, asked over real HTTP. */
export class RocketMonitorUnderTest {
  private constructor(
    private readonly app: NestFastifyApplication,
    readonly url: string,
  ) {}

  static async start(
    given: object = {},
    bus: Bus | null = null,
    redisUrl?: string,
    databaseUrl?: string,
  ): Promise<RocketMonitorUnderTest> {
    const config = Object.assign(new RocketMonitorConfig(), { LOG_LEVEL: 'silent', ...given });
    const app = await createRocketMonitor(config, { bus, redisUrl, databaseUrl });
    await app.listen(0, '127.0.0.1');
    return new RocketMonitorUnderTest(app, await app.getUrl());
  }

  close(): Promise<void> {
    return this.app.close();
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return answerOf(await fetch(`${this.url}${path}`, { headers }));
  }

  async json(path: string): Promise<unknown> {
    return JSON.parse((await this.get(path)).text);
  }

  /** All items of a list, page by page, and how many the pages had. */
  async pages<T>(path: string): Promise<{ items: T[]; sizes: number[] }> {
    const items: T[] = [];
    const sizes: number[] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const { link, text: body } = await this.get(next);
      const page = JSON.parse(body) as T[];
      items.push(...page);
      sizes.push(page.length);
      next = link?.match(/^<(.*)>; rel="next"$/)?.[1];
    }
    return { items, sizes };
  }

  post(body: object | string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.postTo('/messages', body, headers);
  }

  async postTo(
    path: string,
    body: object | string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
    return answerOf(response);
  }

  /** The statuses of messages sent one after the other. */
  async postAll(bodies: readonly object[]): Promise<number[]> {
    const statuses: number[] = [];
    for (const body of bodies) statuses.push((await this.post(body)).status);
    return statuses;
  }

  /** Writes a request as it stands, and gives all that comes back until the monitor closes. */
  raw(requestText: string): Promise<string> {
    const socket = connect(Number(new URL(this.url).port), '127.0.0.1');
    socket.write(requestText);
    return text(socket);
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const type = headers.get('content-type');
  const [link, etag] = [headers.get('link'), headers.get('etag')];
  return { status, type, link, etag, text: await response.text() };
}
