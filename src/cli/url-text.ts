/** Whether a URL is meant, with any scheme: a wrong one gets its own error, and not that there is no such file. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}
