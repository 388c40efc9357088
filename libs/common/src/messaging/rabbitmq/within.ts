import type { Clock } from '#common/platform';

/** The promise's result, or a fault when there is none in time; leaves no timer behind. */
export async function within<T>(clock: Clock, limitMs: number, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(limitMs, () =>
      reject(new Error(`Not done within ${limitMs / 1_000} s`)),
    );
    promise.then(resolve, reject).finally(cancel);
  });
}
