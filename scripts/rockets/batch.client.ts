import { type Agent, request } from 'node:http';

/** What came back; a request without an answer has the fault's code for a status. */
export interface BatchAnswer {
  readonly status: string;
  readonly text: string;
}

/** The results of the largest batch, each with a long detail. */
const ANSWER_CHARS_MAX = 16 * 1_024 * 1_024;

/** Sends lines of JSON in one POST. Never fails. */
export function postLines(
  url: URL,
  body: string,
  { timeoutMs, agent, signal }: { timeoutMs: number; agent: Agent; signal: AbortSignal },
): Promise<BatchAnswer> {
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/x-ndjson',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(url, { method: 'POST', agent, headers, signal });
    const deadline = setTimeout(() => sent.destroy(new Error('TIMEOUT')), timeoutMs);
    const end = (answer: BatchAnswer): void => {
      clearTimeout(deadline);
      resolve(answer);
    };
    const fail = (fault: NodeJS.ErrnoException): void =>
      end({ status: fault.code ?? fault.message, text: '' });
    sent.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.length > ANSWER_CHARS_MAX) response.destroy(new Error('ANSWER_TOO_LONG'));
      });
      response.once('end', () => end({ status: String(response.statusCode), text }));
      response.once('error', fail);
      // A killed monitor may leave half an answer, with neither end nor error.
      response.once('close', () => end({ status: 'NO_ANSWER', text: '' }));
    });
    sent.on('error', fail);
    sent.end(body);
  });
}
