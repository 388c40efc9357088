import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/**
 * The aliases `#common/*` lead to the sources under the condition "source". Workers get just that
 * one: with 'import' beside it, CommonJS `require('pg')` would load ESM and break TypeORM. The
 * global setup runs in an environment of its own.
 */
const source = {
  ssr: { resolve: { conditions: ['source'] } },
  environments: { __vitest__: { resolve: { conditions: ['source', 'node'] } } },
};

/** They become other users, which only root can. */
const needsRoot = process.getuid?.() === 0 ? [] : ['**/*.root.int-spec.ts'];

/** They mount a disk of their own, which few containers may, and nobody where there is no /proc. */
const SYS_ADMIN = 1n << 21n;
function mayMount(): boolean {
  if (!existsSync('/proc/self/status')) return false;
  const effective = /^CapEff:\s*([\da-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return effective !== undefined && (BigInt(`0x${effective}`) & SYS_ADMIN) !== 0n;
}
const needsMount = mayMount() ? [] : ['**/*.mount.int-spec.ts'];
if (needsMount.length > 0)
  console.warn('The tests in *.mount.int-spec.ts are left out: nothing may be mounted here.');

/** They run what a compiler has made; whoever asks for it by name wants to see it fail. */
const needsNative =
  existsSync('apps/ingestor/native/udp_receiver.node') ||
  process.env['INGESTOR_UDP_RECEIVER'] === 'native'
    ? []
    : ['**/*.native.spec.ts'];
if (needsNative.length > 0)
  console.warn('The tests in *.native.spec.ts are left out: `npm run build:native` was not run.');

const tier = (name: string, include: string, globalSetup: string[] = []) => ({
  ...source,
  test: {
    name,
    include: [include],
    exclude: ['**/node_modules/**', ...needsRoot, ...needsMount, ...needsNative],
    globalSetup,
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks' as const,
  },
});

export default defineConfig({
  test: {
    projects: [
      tier('unit', '{apps,libs,scripts,test}/**/*.spec.ts'),
      tier('integration', '{apps,libs,scripts}/**/*.int-spec.ts', ['test/support/services.ts']),
      tier('e2e', 'test/**/*.e2e-spec.ts', ['test/support/services.ts']),
    ],
  },
});
