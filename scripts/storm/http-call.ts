import { request } from 'node:http';

/** What came of a request. `unsent`: nobody listened, so nothing can have happened. */
export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'unsent' }
  | { readonly kind: 'unknown' };

/** On a connection of its own, so that no earlier kill shows in a later request. Never fails. */
export function call(
  method: string,
  url: string,
  timeoutMs: number,
  body?: object,
  furtherHeaders: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return new Promise((resolve) => {
    const json = { 'content-type': 'application/json', connection: 'close' };
    const headers = { ...(body && json), ...furtherHeaders };
    const sent = request(url, { method, agent: false, headers });
    const deadline = setTimeout(() => sent.destroy(new Error('TIMEOUT')), timeoutMs);
    const end = (answer: Answer): void => {
      clearTimeout(deadline);
      resolve(answer);
    };
    sent.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('error', () => end({ kind: 'unknown' }));
      response.once('end', () => end(answerOf(response.statusCode ?? 0, text)));
      // A killed server may leave half an answer, with neither end nor error.
      response.once('close', () => end({ kind: 'unknown' }));
    });
    sent.once('error', (fault: NodeJS.ErrnoException) =>
      end({ kind: fault.code === 'ECONNREFUSED' ? 'unsent' : 'unknown' }),
    );
    sent.end(body && JSON.stringify(body));
  });
}

function answerOf(status: number, text: string): Answer {
  try {
    return { kind: 'answer', status, body: JSON.parse(text) as unknown };
  } catch {
    return { kind: 'unknown' };
  }
}
