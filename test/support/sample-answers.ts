import { createHash } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { samplesApp } from '../../apps/ingestor/src/adapters/testing/samples-app.js';
import type { TelemetryArchive } from '../../apps/ingestor/src/archive/telemetry-archive.port.js';

const PAGES_MAX = 1_000;

/** What an archive answers to each of the paths, all pages of it, as length and SHA-256. */
export async function answersOf(
  archive: TelemetryArchive,
  paths: readonly string[],
): Promise<Record<string, string>> {
  const app = await samplesApp(archive);
  try {
    const answers: Record<string, string> = {};
    for (const path of paths) answers[path] = await allOf(app, path);
    return answers;
  } finally {
    await app.close();
  }
}

async function allOf(app: NestFastifyApplication, path: string): Promise<string> {
  const hash = createHash('sha256');
  let length = 0;
  let pages = 0;
  for (let next: string | undefined = path; next !== undefined; pages += 1) {
    if (pages === PAGES_MAX) throw new Error(`${path} has no end`);
    const answer: LightMyRequestResponse = await app.inject(next);
    const bytes = answer.rawPayload;
    if (answer.statusCode !== 200) throw new Error(`${next}: ${bytes.toString()}`);
    hash.update(bytes);
    length += bytes.length;
    next = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers['link'] ?? ''))?.[1];
  }
  return `${pages} pages, ${length} bytes, ${hash.digest('hex')}`;
}
