import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineLine } from './bench/machine.js';
import { type BenchOptions, HELP, readOptions, UsageError } from './bench/options.js';
import { runBenches } from './bench/run.js';
import { Servers } from './bench/servers.js';
import { tableOf } from './bench/table.js';

const INTERRUPTED = 130;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options !== null) return await bench(options);
    process.stdout.write(HELP);
    return 0;
  } catch (fault) {
    if (!(fault instanceof UsageError)) throw fault;
    process.stderr.write(`${fault.message}\nSee bench --help.\n`);
    return 2;
  }
}

async function bench(options: BenchOptions): Promise<number> {
  if (!existsSync('dist/apps/rocket-monitor/src/main.js'))
    throw new Error('The apps are not built: run `make build` first.');
  const folder = await mkdtemp(join(tmpdir(), 'perigee-bench-'));
  const signal = interruption();
  const onProgress = (text: string): void => void process.stderr.write(`${text}\n`);
  const servers = new Servers(folder, onProgress, signal);
  try {
    const { rows, isWhole } = await runBenches({ options, folder, servers, signal, onProgress });
    process.stdout.write(`${machineLine()}\n\n${tableOf(rows).join('\n')}\n`);
    return isWhole ? 0 : 1;
  } catch (fault) {
    if (!signal.aborted) throw fault;
    return INTERRUPTED;
  } finally {
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first Ctrl-C stops everything in order, the second at once: what was started dies with us. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    process.stderr.write('\nStopping …\n');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}
