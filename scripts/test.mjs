// Runs every check and every tier of tests, and counts them on the last line: `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHECKS = [
  { name: 'lock file is whole', command: 'node scripts/check-lock.mjs' },
  { name: 'format', command: 'npm run --silent format:check' },
  { name: 'lint', command: 'npm run --silent lint' },
  { name: 'types', command: 'npm run --silent typecheck' },
];

const count = { passed: 0, failed: 0 };
for (const { name, command } of CHECKS) {
  const { status } = spawnSync(command, { stdio: 'inherit', shell: true });
  console.log(`${status === 0 ? '✓' : '✗'} ${name}`);
  count[status === 0 ? 'passed' : 'failed'] += 1;
}
runTiers();
if (process.getuid?.() !== 0)
  console.log('The tests in *.root.int-spec.ts need root and were left out.');
if (!existsSync('apps/ingestor/native/udp_receiver.node'))
  console.log('The tests in *.native.spec.ts need a C compiler and were left out.');
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed === 0 ? 0 : 1);

/** A test that did not run to its end has not passed, and a tier without tests is a fault. */
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
  } catch (fault) {
    console.error(`The tests left no results: ${fault.message}`);
    count.failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
