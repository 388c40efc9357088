/** What `GET /ships` says of a ship, as far as the counts go. */
export interface ShipCount {
  readonly name: string;
  readonly samples: number;
}

const ANSWER_TIMEOUT_MS = 5_000;
const SHIPS_PER_PAGE = 1_000;

/**
 * Every ship of a running ingestor, page by page.
 * @throws an error in one line when it does not answer.
 */
export async function* shipCounts(url: string): AsyncGenerator<ShipCount> {
  let next: string | null = `/ships?limit=${SHIPS_PER_PAGE}`;
  while (next !== null) {
    const response: Response = await get(new URL(next, url));
    yield* (await response.json()) as ShipCount[];
    next = nextIn(response.headers.get('link'));
  }
}

async function get(url: URL): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) }).catch(
    (cause: unknown) => {
      throw new Error(`No ingestor answers at ${url.origin}; start one with \`make run\`.`, {
        cause,
      });
    },
  );
  if (!response.ok) throw new Error(`The ingestor at ${url.origin} answers ${response.status}.`);
  return response;
}

/** The target of `rel="next"` in a Link header (RFC 8288). */
const nextIn = (link: string | null): string | null =>
  /<([^>]+)>\s*;\s*rel="next"/.exec(link ?? '')?.[1] ?? null;
