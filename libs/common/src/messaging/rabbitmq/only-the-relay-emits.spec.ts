import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const RELAY = join('libs', 'common', 'src', 'messaging', 'outbox.relay.ts');
/** How RabbitMQ carries what the relay publishes. */
const CARRIER = join('messaging', 'rabbitmq', '/');
const isTest = (file: string): boolean =>
  /\.(spec|int-spec|contract)\.ts$/.test(file) || file.includes(join('/', 'testing', '/'));

/** What nobody keeps until the bus has it is lost with its process. */
describe('N11: a message', () => {
  it('is published by the outbox relay alone', () => {
    const files = ['apps', 'libs']
      .flatMap((folder) =>
        readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) =>
          join(folder, file),
        ),
      )
      .filter((file) => file.endsWith('.ts') && !isTest(file) && !file.includes(CARRIER));
    const emitting = files.filter((file) =>
      /[cC]lient(\(\))?\.emit\(|[pP]ublisher(\(\))?\.publish\(/.test(readFileSync(file, 'utf8')),
    );
    expect(emitting).toEqual([RELAY]);
  });
});
