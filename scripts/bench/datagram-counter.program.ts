import { createSocket } from 'node:dgram';

const RECEIVE_BUFFER_BYTES = 8 * 1_024 * 1_024;
const QUIET_MS = 300;
const LOOK_EVERY_MS = 50;
/** Nobody has sent anything. */
const WAIT_MS_MAX = 30_000;

/** What no receiver on Node's own sockets can be faster than: it counts, and looks at nothing. */
const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
let received = 0;
let seen = 0;
let lastAt = performance.now();
socket.on('message', () => {
  received += 1;
});
socket.bind(0, '127.0.0.1', () => process.stdout.write(`${socket.address().port}\n`));
const before = process.cpuUsage();
const looking = setInterval(() => {
  const now = performance.now();
  if (received > seen) lastAt = now;
  seen = received;
  if (now - lastAt < (received > 0 ? QUIET_MS : WAIT_MS_MAX)) return;
  clearInterval(looking);
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${JSON.stringify({ received, cpuSeconds: (user + system) / 1e6 })}\n`);
  socket.close();
}, LOOK_EVERY_MS);
