import { once } from 'node:events';
import { connect } from 'node:net';

const ASK_MS_MAX = 2_000;
const PORT_DEFAULT = 6379;

/** Logs in and asks for PING. Rejects unless the answer is PONG; while Redis reads its file, it is not. */
export async function askRedis(url: string): Promise<void> {
  const answer = await askRedisFor(url, ['PING']);
  if (!answer.includes('+PONG')) throw new Error(`Redis answers: ${answer.trim()}`);
}

/** One command on a connection of its own; all that Redis answers, as it stands on the wire. */
export async function askRedisFor(url: string, command: readonly string[]): Promise<string> {
  const { hostname, port, username, password } = new URL(url);
  const login = [username, password].filter((word) => word !== '').map(decodeURIComponent);
  const commands = [...(login.length > 0 ? [['AUTH', ...login]] : []), command, ['QUIT']];

  const socket = connect({ host: hostname, port: Number(port || PORT_DEFAULT) });
  const giveUp = (): void => void socket.destroy(new Error('Redis does not answer.'));
  const deadline = setTimeout(giveUp, ASK_MS_MAX);
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
  try {
    socket.write(commands.map(encodeCommand).join(''));
    await once(socket, 'end');
    return answer;
  } finally {
    clearTimeout(deadline);
    socket.destroy();
  }
}

/** RESP: an array of bulk strings, each with its length in bytes. */
export function encodeCommand(words: readonly string[]): string {
  const bulks = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulks.join('')}`;
}
