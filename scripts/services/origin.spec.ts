import { describe, expect, it } from 'vitest';
import { isDebian } from './apt.js';
import { composedUrl, composeFile } from './compose.js';
import { whatToInstall } from './origin.js';

describe('isDebian', () => {
  it.each([
    ['PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', true],
    ['ID=ubuntu\nID_LIKE=debian\n', true],
    ['NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', true],
    ['NAME="Fedora, not debian"\nID=fedora\n', false],
    ['ID=alpine\n', false],
    ['', false],
  ])('reads %j as %s', (release, expected) => {
    expect(isDebian(release)).toBe(expected);
  });
});

describe('whatToInstall', () => {
  it('names all three ways in one sentence', () => {
    expect(whatToInstall('rabbitmq')).toBe(
      'RabbitMQ is not on this machine: install it (Debian, Ubuntu: apt-get install rabbitmq-server; ' +
        'macOS: brew install rabbitmq), start a Docker engine, or set RABBITMQ_URL.',
    );
  });
});

describe('composeFile', () => {
  const settings = { password: 'secret', ports: [17_000] };

  it.each(['redis', 'rabbitmq'] as const)('opens %s to this machine only', (name) => {
    const { services } = JSON.parse(composeFile(name, settings)) as {
      services: Record<string, { ports: string[]; healthcheck: object; mem_limit: string }>;
    };
    expect(services[name]?.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:17000:\d+$/)]);
    expect(services[name]).toMatchObject({ healthcheck: {}, mem_limit: '1g' });
    expect(new URL(composedUrl(name, settings)).password).toBe('secret');
  });
});
