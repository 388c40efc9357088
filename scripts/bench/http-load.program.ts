import { rocketScenario } from '../rockets/scenario.js';
import { LoadConnection, requestOf } from './load.connection.js';
import type { HttpLoad, LoadOutcome } from './http-load.js';
import { readInput } from './programs.js';

/** Before anything is counted: connections open, code gets compiled. */
const WARM_UP_SECONDS = 0.5;

const load = await readInput<HttpLoad>();
const url = new URL(load.url);
const { messages } = rocketScenario({ seed: load.seed, messageCount: load.messages });
const requests = messages.map((message) => requestOf(url, JSON.stringify(message)));
const countFrom = performance.now() + (load.seconds === null ? 0 : WARM_UP_SECONDS * 1_000);
const countTo = load.seconds === null ? Infinity : countFrom + load.seconds * 1_000;
const strange = new Map<string, number>();
let next = 0;
let counted = 0;
let lastAt = countFrom;

const connections = Array.from({ length: load.connections }, () => new LoadConnection(url));
await Promise.all(connections.map(send));
for (const connection of connections) connection.close();

const outcome: LoadOutcome = {
  messages: counted,
  seconds: (Math.min(lastAt, countTo) - countFrom) / 1_000,
  strange: [...strange],
};
process.stdout.write(JSON.stringify(outcome));

async function send(connection: LoadConnection): Promise<void> {
  while (next < requests.length && performance.now() < countTo) {
    const request = requests[next];
    next += 1;
    if (request === undefined) return;
    const status = await connection.ask(request);
    const now = performance.now();
    if (status !== '200') strange.set(status, (strange.get(status) ?? 0) + 1);
    if (now < countFrom || now > countTo) continue;
    counted += 1;
    lastAt = now;
  }
}
