import { execFile } from 'node:child_process';

/** What is to be run and as whom. Identities (see run-as.ts) turn a plain program into one. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

export interface CommandResult {
  readonly succeeded: boolean;
  readonly output: string;
}

const OUTPUT_BYTES_MAX = 1024 * 1024;

/**
 * The PATH and nothing else: PGPORT, LC_ALL or TZ of the caller must not change the server, and the
 * server has no business with the secrets of the caller.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const path = process.env['PATH'];
  return path === undefined ? {} : { PATH: path };
}

/** Runs a short-lived program to its end, at the latest to the deadline. Never throws. */
export function runCommand(command: Command, deadlineMs: number): Promise<CommandResult> {
  const { file, args, ...identity } = command;
  const options = {
    ...identity,
    cwd: '/',
    env: serverEnvironment(),
    timeout: deadlineMs,
    maxBuffer: OUTPUT_BYTES_MAX,
  };
  return new Promise((done) => {
    const answer = (fault: Error | null, stdout = '', stderr = ''): void => {
      const output = `${stdout}${stderr}`.trim();
      done({ succeeded: fault === null, output: output || (fault?.message ?? '') });
    };
    try {
      execFile(file, [...args], options, answer);
    } catch (fault) {
      // Some faults of spawn, such as a refused change of the user id, are thrown and not called back.
      answer(fault as Error);
    }
  });
}
