import { parseArgs } from 'node:util';
import { down } from './services/down.js';
import { keepPostgresql } from './services/keeper.js';
import { exportLines } from './services/export-lines.js';
import { SERVICE_NAMES, type ServiceName } from './services/service.js';
import { status } from './services/status.js';
import { up } from './services/up.js';

const FOLDER = './data/services';

const HELP = `PostgreSQL, Redis and RabbitMQ of this checkout: private ports, data in ${FOLDER}.

  node dist/scripts/services.js up       start what does not run yet; prints export lines on stdout
  node dist/scripts/services.js down     stop what was started here; the data stays
  node dist/scripts/services.js status   say what runs; exit 1 unless all of it answers

  up redis          only the ones that are named: postgresql, redis, rabbitmq
  --folder <path>   another place for data, logs and passwords

  eval "$(make -s services)"             the same with make, and this shell knows the addresses

A service whose address is in DATABASE_URL, REDIS_URL or RABBITMQ_URL is used and not started.
`;

type Command = (
  folder: string,
  log: (line: string) => void,
  names: readonly ServiceName[],
) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  up: async (folder, log, names) => {
    const wanted = names.length > 0 ? { names } : {};
    const urls = await up({ folder, env: process.env, log, ...wanted });
    process.stdout.write(exportLines(urls));
    return 0;
  },
  down: async (folder, log) => {
    await down(folder, log);
    return 0;
  },
  status: async (folder) => {
    const found = await status(folder);
    for (const { line } of found) process.stdout.write(`${line}\n`);
    return found.every(({ isAnswering }) => isAnswering) ? 0 : 1;
  },
  /** Not for people: the process that PostgreSQL belongs to. */
  keep: async (folder) => {
    await keepPostgresql(folder);
    return 0;
  },
};

const isServiceName = (name: string): name is ServiceName =>
  SERVICE_NAMES.some((known) => known === name);

// Only export lines and answers go to stdout: a shell runs what `up` prints there.
const log = (line: string): void => void process.stderr.write(`${line}\n`);
try {
  process.exitCode = await obey(process.argv.slice(2));
} catch (fault) {
  log(fault instanceof Error ? fault.message : String(fault));
  process.exitCode = 1;
}

async function obey(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { folder: { type: 'string', default: FOLDER }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const [name = '', ...rest] = positionals;
  const isKnown = rest.length === 0 || (name === 'up' && rest.every(isServiceName));
  const command = Object.hasOwn(COMMANDS, name) && isKnown ? COMMANDS[name] : undefined;
  if (command) return command(values.folder, log, rest.filter(isServiceName));
  log(HELP);
  return 2;
}
