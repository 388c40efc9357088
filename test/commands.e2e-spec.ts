import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const programsOf = (file: string): string[] => [
  ...new Set(readFileSync(file, 'utf8').match(/dist\/[\w./-]+\.js/g)),
];

/** A program that no build makes is found by its first user. */
describe('the commands', () => {
  it.each(['Makefile', 'package.json', 'run'])('of %s name programs that are built', (file) => {
    const programs = programsOf(file);
    expect(programs.length).toBeGreaterThan(0);
    expect(programs.filter((program) => !existsSync(program))).toEqual([]);
  });

  it('of the README are in the Makefile', () => {
    const targets: string[] = readFileSync('Makefile', 'utf8').match(/^[a-z-]+(?=:)/gm) ?? [];
    const named = readFileSync('README.md', 'utf8').matchAll(/\bmake (?:-s )?([a-z][a-z-]*)/g);
    const missing = [...named].map(([, name]) => name).filter((name) => !targets.includes(name!));
    expect(missing).toEqual([]);
  });
});
