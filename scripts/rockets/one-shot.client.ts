import { connect } from 'node:net';

const STATUS = /^HTTP\/1\.[01] (\d{3}) /;
const ANSWER_BYTES_MAX = 64 * 1_024;

/**
 * Sends one POST on a connection of its own and gives the status, once the monitor has closed the
 * connection, as it should. Written on the bare socket, since a whole HTTP client costs several
 * times what the monitor needs for the message, and would be what a measurement shows.
 */
export function postOnce(url: URL, body: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostOf(url), port: Number(url.port || 80), noDelay: true });
    let answer = '';
    const end = (outcome: string): void => {
      socket.destroy();
      clearTimeout(deadline);
      resolve(outcome);
    };
    const deadline = setTimeout(() => end('TIMEOUT'), timeoutMs);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      answer += chunk;
      if (answer.length > ANSWER_BYTES_MAX) end('ANSWER_TOO_LONG');
    });
    socket.once('end', () => end(STATUS.exec(answer)?.[1] ?? 'NO_ANSWER'));
    socket.once('error', (fault: NodeJS.ErrnoException) => end(fault.code ?? fault.name));
    socket.write(requestText(url, body));
  });
}

/** No word of the connection: the usual sender leaves it to the monitor to close it. */
const requestText = (url: URL, body: string): string =>
  `POST ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n` +
  `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** An IPv6 address stands in brackets in a URL. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');
