export function splitOnce(text: string, mark: string): [before: string, behind: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}

/** The last `@` ends the user and password, since people do not escape it in passwords. */
export function splitUserinfo(authority: string): [userinfo: string | undefined, hostAndPort: string] {
  const at = authority.lastIndexOf('@');
  return at < 0 ? [undefined, authority] : [authority.slice(0, at), authority.slice(at + 1)];
}

export function beforeQuery(text: string): string {
  return beforeMark(text, /\?/);
}

export function beforeMark(text: string, mark: RegExp): string {
  const at = text.search(mark);
  return at < 0 ? text : text.slice(0, at);
}
