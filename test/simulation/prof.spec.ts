import { Session } from 'node:inspector/promises';
import { writeFileSync, mkdirSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { it } from 'vitest';
import { simulate } from './simulate.js';
const N = Number(process.env['N'] ?? 600);
it('prof', async () => {
  Logger.overrideLogger(false);
  Error.stackTraceLimit = 0;
  for (let s = 1; s < 100; s++) await simulate(s);
  const session = new Session();
  if (process.env['PROF']) {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
  }
  const t = process.cpuUsage();
  const counts = new Map<string, number>();
  let steps = 0,
    secs = 0;
  for (let s = 100; s < N + 100; s++) {
    const o = await simulate(s);
    steps += o.steps;
    secs += o.virtualSeconds;
    for (const [k, v] of o.counts) counts.set(k, (counts.get(k) ?? 0) + v);
    if (o.violation) {
      const again = await simulate(s, { isTraced: true });
      console.log(s, o.violation, '\n ' + again.trace.slice(-90).join('\n '));
      break;
    }
    if (s % 100 === 0) await new Promise((r) => setImmediate(r));
  }
  const u = process.cpuUsage(t);
  console.log(
    'cpu per run ms',
    (u.user + u.system) / 1000 / N,
    steps / N,
    secs / N,
    JSON.stringify(Object.fromEntries(counts), null, 0),
  );
  if (process.env['PROF']) {
    const { profile } = await session.post('Profiler.stop');
    mkdirSync('/tmp/prof-sim', { recursive: true });
    writeFileSync('/tmp/prof-sim/a.cpuprofile', JSON.stringify(profile));
  }
}, 1e6);
