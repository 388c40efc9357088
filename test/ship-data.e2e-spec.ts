import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** More than a pipe holds, so that the program still writes when its reader goes. */
const PAGES = 40;
const SHIPS_PER_PAGE = 1_000;

describe('the list of ships on the command line', () => {
  let server: Server;
  let url: string;

  beforeEach(async () => {
    server = createServer((request, response) => {
      const page = Number(new URL(request.url ?? '', url).searchParams.get('cursor') ?? 0);
      if (page + 1 < PAGES) response.setHeader('link', `</ships?cursor=${page + 1}>; rel="next"`);
      const ships = Array.from({ length: SHIPS_PER_PAGE }, (_, at) => ({
        name: `Ship ${page * SHIPS_PER_PAGE + at}`,
        samples: at,
      }));
      response.end(JSON.stringify(ships));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const start = () =>
    spawn(process.execPath, ['dist/scripts/ship-data.js'], {
      env: { PATH: process.env['PATH'], INGESTOR_URL: url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  it('has every ship', async () => {
    const program = start();
    const [out, faults, [exitCode]] = await Promise.all([
      text(program.stdout),
      text(program.stderr),
      once(program, 'exit'),
    ]);

    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(PAGES * SHIPS_PER_PAGE);
    expect(lines.slice(0, 2)).toEqual(['Ship 0: 0', 'Ship 1: 1']);
    expect([faults, exitCode]).toEqual(['', 0]);
  });

  it('ends quietly with a reader that has enough', async () => {
    const program = start();
    const ended = once(program, 'exit');
    await once(program.stdout, 'data');
    program.stdout.destroy();

    expect(await text(program.stderr)).toBe('');
    expect(await ended).toEqual([0, null]);
  });

  it('says in one line that nobody answers', async () => {
    server.close();
    await once(server, 'close');
    const program = start();
    const ended = once(program, 'exit');

    expect(await text(program.stderr)).toBe(
      `No ingestor answers at ${url}; start one with \`make run\`.\n`,
    );
    expect(await ended).toEqual([1, null]);
  });
});
