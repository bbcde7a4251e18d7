import { beforeMark, beforeQuery, splitOnce, splitUserinfo } from './url-parts.js';

export const HIDDEN = '****';

/**
 * A text that is, or was meant to be, one URL, as it may be shown: without user, password, query and stream name
 * (`rtmp://host/live/****`). What could be a part of them in a damaged URL is hidden too.
 */
export function redactUrl(text: string): string {
  const trimmed = text.trim();
  const word = trimmed.split(/\s/, 1)[0] ?? '';
  const shown = redactWord(word, trimmed.slice(word.length));
  return shown.replaceAll(/\p{Cc}/gu, '\uFFFD') + (word.length < trimmed.length ? ` ${HIDDEN}` : '');
}

/**
 * The app of a connect, as it may be shown: without its query. FFmpeg and GStreamer cut some URLs inside the query, and then
 * the path before it ends in the name of the stream.
 */
export function redactApp(app: string): string {
  return app.includes('?') ? redactPath(beforeQuery(app), true) : app;
}

function redactWord(word: string, textBehind: string): string {
  const scheme = /^[a-z][a-z\d+.-]*:\/{1,2}/i.exec(word)?.[0] ?? '';
  const rest = word.slice(scheme.length);
  if (scheme === '' && !rest.includes('/')) {
    return rest === '' ? '' : HIDDEN;
  }
  const [authority, path] = splitOnce(rest, '/');
  const separator = rest.includes('/') ? '/' : '';
  const [userinfo, hostAndPort] = splitUserinfo(authority);
  // An `@` behind the authority: an unescaped `/` may have cut a password in two, so nothing around it is safe to show.
  if ((path + textBehind).includes('@')) {
    const hostIsSure = userinfo === undefined && /^(rtm|http).*:\/\//i.test(scheme);
    return hostIsSure ? `${scheme}${beforeMark(hostAndPort, /[:?#]/)}/${HIDDEN}` : scheme + HIDDEN;
  }
  return scheme + redactHostAndPort(hostAndPort) + separator + redactPath(beforeQuery(path), scheme !== '');
}

function redactHostAndPort(hostAndPort: string): string {
  const shown = beforeMark(hostAndPort, /[?#\\]/);
  return /^(\[[^\]]*\]|[^:[\]]*)(:\d*)?$/.test(shown) ? shown : `${beforeMark(shown, /:/)}:${HIDDEN}`;
}

/** Hides the last segment, also before a final `/`; a lone segment is the app and stays where that is sure. */
function redactPath(path: string, loneIsApp: boolean): string {
  const cut = path.replace(/\/+$/, '').lastIndexOf('/');
  if (path === '' || (cut < 0 && loneIsApp && !path.includes('\\'))) {
    return path;
  }
  return path.slice(0, cut + 1) + HIDDEN;
}
