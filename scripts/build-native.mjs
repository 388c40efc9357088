// Compiles the native UDP receiver where a compiler is. Without it the ingestor reads its sockets
// through Node, so nothing here may fail an install: it says one sentence and ends well.
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = join(ROOT, 'apps/ingestor/native/udp_receiver.c');
const RESULT = join(ROOT, 'apps/ingestor/native/udp_receiver.node');
const HEADERS = join(ROOT, 'node_modules/node-api-headers/include');
const COMPILE_DEADLINE_MS = 60_000;

const reason = build();
if (reason) console.error(`No native UDP receiver: ${reason}. The plain one is used.`);

/** Null when it is there, else why it is not. */
function build() {
  if (process.platform !== 'linux') return 'recvmmsg is a call of Linux';
  if (existsSync(RESULT) && statSync(RESULT).mtimeMs >= statSync(SOURCE).mtimeMs) return null;
  // One of an older source is worse than none.
  rmSync(RESULT, { force: true });
  if (!existsSync(HEADERS)) return 'the package node-api-headers is not installed';
  const compiler = process.env.CC || 'cc';
  const unfinished = `${RESULT}.${process.pid}`;
  const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-shared', '-fPIC', '-pthread'];
  const { error, status, stderr } = spawnSync(
    compiler,
    [...flags, '-I', HEADERS, '-o', unfinished, SOURCE],
    { encoding: 'utf8', timeout: COMPILE_DEADLINE_MS },
  );
  if (error) return `the compiler ${compiler} does not run (${error.code})`;
  if (stderr) console.error(stderr.trimEnd());
  if (status !== 0) {
    rmSync(unfinished, { force: true });
    return `${compiler} ended with ${status}`;
  }
  renameSync(unfinished, RESULT);
  return null;
}
