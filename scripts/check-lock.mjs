// A registry mirror that lags writes a lock file without the optional packages of other platforms,
// and `npm ci` then fails on every machine. This finds such holes before they are committed.
import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const missing = Object.entries(packages).flatMap(([folder, { optionalDependencies = {} }]) =>
  Object.keys(optionalDependencies).filter(
    (name) => !packages[`${folder}/node_modules/${name}`] && !packages[`node_modules/${name}`],
  ),
);
if (missing.length > 0) {
  console.error(`package-lock.json lacks optional packages: ${missing.join(', ')}`);
  process.exit(1);
}
