/** The code of a fault of the operating system, such as `EEXIST`. */
export function codeOf(fault: unknown): string | undefined {
  return (fault as NodeJS.ErrnoException | null)?.code;
}

/** Passes over the faults that the caller expects, and no others. */
export function ignoring(...codes: readonly string[]): (fault: unknown) => undefined {
  return (fault) => {
    if (!codes.includes(codeOf(fault) ?? '')) throw fault;
    return undefined;
  };
}
