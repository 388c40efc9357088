import { type DeadLetter, DeadLetters } from '#common/messaging';
import { ConfigError, readConfig, run, SystemClock } from '#common/platform';
import { ServicesConfig } from '#common/runtime';

const APPS = ['scheduler', 'ingestor', 'rocket-monitor'];
/** Per app and call, so that a screen or a handler that still fails is not flooded. */
const LETTERS_MAX = 1_000;
const TEXT_LENGTH_MAX = 200;

const lineOf = ({ id, type, reason, content }: DeadLetter): string =>
  `  ${id}  ${type}  ${reason}\n    ${content.slice(0, TEXT_LENGTH_MAX)}\n`;

const COMMANDS = {
  list: async (letters: DeadLetters, app: string): Promise<string> => {
    const all = await letters.list(app, LETTERS_MAX);
    return `${app}: ${all.length} dead letters\n${all.map(lineOf).join('')}`;
  },
  redrive: async (letters: DeadLetters, app: string): Promise<string> =>
    `${app}: ${await letters.redrive(app, LETTERS_MAX)} messages sent again\n`,
};

const [command = 'list', ...names] = process.argv.slice(2);

await run(async () => {
  const { RABBITMQ_URL } = readConfig(ServicesConfig, process.env);
  if (RABBITMQ_URL === undefined)
    throw new ConfigError('Set RABBITMQ_URL: the dead letters are kept by the broker.');
  if (command !== 'list' && command !== 'redrive')
    throw new ConfigError('Usage: dead-letters [list | redrive] [app …]');
  const letters = await DeadLetters.open(RABBITMQ_URL, new SystemClock());
  const apps = names.length > 0 ? names : APPS;
  for (const app of apps) process.stdout.write(await COMMANDS[command](letters, app));
  await letters.close();
  return { close: async () => undefined };
});
