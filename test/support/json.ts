const REQUEST_TIMEOUT_MS = 5_000;

/** Asks for JSON, by POST when there is a body; any answer but 2xx fails the test with its text. */
export async function json<T = unknown>(url: string, body?: object): Promise<T> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    ...(body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
