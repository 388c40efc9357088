const REQUEST_TIMEOUT_MS = 5_000;

/** Asks one of the apps for JSON; anything but 2xx is an error with the app's own words. */
export async function ask<T>(url: string, body?: object): Promise<T> {
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
  return JSON.parse(text) as T;
}
