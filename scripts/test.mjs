// Runs every check and every tier of tests, and counts them on the last line: `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const CHECKS = [
  { name: 'lock file is whole', command: 'node scripts/check-lock.mjs' },
  { name: 'format', command: 'npm run --silent format:check' },
  { name: 'lint', command: 'npm run --silent lint' },
  { name: 'types', command: 'npm run --silent typecheck' },
];

const FOLDERS = ['apps', 'libs', 'scripts', 'test'];

const count = { passed: 0, failed: 0 };
for (const { name, command } of CHECKS) {
  const { status } = spawnSync(command, { stdio: 'inherit', shell: true });
  console.log(`${status === 0 ? '✓' : '✗'} ${name}`);
  count[status === 0 ? 'passed' : 'failed'] += 1;
}
const ran = runTiers();
for (const file of ran ? testFiles().filter((name) => !ran.has(name)) : [])
  console.log(`Left out: ${file} needs ${needOf(file)}`);
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed === 0 ? 0 : 1);

/** What the configuration of the tests leaves out where it is not there. */
function needOf(file) {
  if (file.includes('.root.')) return 'root';
  if (file.includes('.mount.')) return 'the right to mount';
  if (file.includes('.native.')) return 'a C compiler at the build';
  return 'a tier that runs it';
}

function testFiles() {
  return FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
    .filter((name) => name.endsWith('spec.ts') && !name.includes('node_modules'))
    .toSorted((one, other) => (one < other ? -1 : 1));
}

/**
 * A test that did not run to its end has not passed, and a tier without tests is a fault. Gives the files
 * that ran; null where nobody knows.
 */
function runTiers() {
  const folder = mkdtempSync(join(tmpdir(), 'perigee-results-'));
  const outputFile = join(folder, 'results.json');
  const args = ['vitest', 'run', '--reporter=default', '--reporter=json'];
  const { status } = spawnSync('npx', [...args, `--outputFile.json=${outputFile}`], {
    stdio: 'inherit',
  });
  try {
    const results = JSON.parse(readFileSync(outputFile, 'utf8'));
    count.passed += results.numPassedTests;
    const missing = results.numTotalTests - results.numPassedTests;
    const brokenFiles = results.testResults.filter(
      ({ status: state, assertionResults }) => state === 'failed' && assertionResults.length === 0,
    ).length;
    count.failed += Math.max(missing + brokenFiles, status === 0 ? 0 : 1);
    return new Set(results.testResults.map(({ name }) => relative('.', name)));
  } catch (fault) {
    console.error(`The tests left no results: ${fault.message}`);
    count.failed += 1;
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
