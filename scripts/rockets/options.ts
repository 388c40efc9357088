import { LOG_LEVELS, UsageError } from './flag-values.js';
import { LAUNCH_HELP, type LaunchOptions, readLaunchOptions } from './launch.options.js';
import { readRecordOptions, RECORD_HELP, type RecordOptions } from './record.options.js';
import { readReplayOptions, REPLAY_HELP, type ReplayOptions } from './replay.options.js';

export type Command =
  | { readonly name: 'launch'; readonly options: LaunchOptions }
  | { readonly name: 'record'; readonly options: RecordOptions }
  | { readonly name: 'replay'; readonly options: ReplayOptions };

export const HELP = `Usage: rockets launch <url> [options]
       rockets record <file> [options]
       rockets replay <file> <url> [options]

${LAUNCH_HELP}
${RECORD_HELP}
${REPLAY_HELP}
All of them:
  --log-level <level>       ${LOG_LEVELS.join(', ')} (default info)
  --help                    show this

Flags take their value with a space or with "=". Exit code: 0 all is well; 1 a state differs, a
message was refused, or not all could be done; 2 the command cannot be understood, or its file
cannot be opened.
`;

const COMMANDS = ['launch', 'record', 'replay'] as const;

/** Null when help is asked for. Flags may stand before the command. */
export function readOptions(args: readonly string[]): Command | null {
  if (args.length === 0 || args.includes('--help') || args.includes('-h')) return null;
  const name = COMMANDS.find((known) => known === args.find(isCommand));
  const others = args.toSpliced(args.findIndex(isCommand), 1);
  if (name === 'launch') return { name, options: readLaunchOptions(others) };
  if (name === 'record') return { name, options: readRecordOptions(others) };
  if (name === 'replay') return { name, options: readReplayOptions(others) };
  const [word = ''] = args.filter((arg) => !arg.startsWith('-'));
  throw new UsageError(`Unknown command ${word}, try ${COMMANDS.join(', ')}`);
}

const isCommand = (arg: string): boolean => COMMANDS.some((known) => known === arg);
