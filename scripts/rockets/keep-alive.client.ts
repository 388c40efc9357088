import { type Agent, request } from 'node:http';

/** Sends one POST on a connection of the agent and gives the status, or the code of the fault. */
export function postKeepingAlive(
  url: URL,
  body: string,
  timeoutMs: number,
  agent: Agent,
): Promise<string> {
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(url, { method: 'POST', agent, headers });
    const deadline = setTimeout(() => sent.destroy(new Error('TIMEOUT')), timeoutMs);
    const end = (outcome: string): void => {
      clearTimeout(deadline);
      resolve(outcome);
    };
    sent.once('response', (response) => {
      response.resume();
      response.once('end', () => end(String(response.statusCode)));
      response.once('error', (fault) => end(fault.message));
    });
    sent.once('error', (fault: NodeJS.ErrnoException) => end(fault.code ?? fault.message));
    sent.end(body);
  });
}
