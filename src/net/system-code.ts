/** The operating system's or OpenSSL's name for a failure, like `ECONNRESET`; of several attempts the last one's. */
export function systemCodeOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) {
    return systemCodeOf(cause.errors.at(-1));
  }
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'unknown failure';
}
