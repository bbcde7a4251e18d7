/** Which stream is meant, however the client cut its URL into app and stream name. */
export interface StreamAddress {
  /** Path segments without query, joined by `/`; without the default instance `_definst_`. */
  readonly app: string;
  /** One path segment. */
  readonly streamName: string;
  /** What stood behind `?` in either part, without the `?`; empty without one. Percent escapes as sent. Secret. */
  readonly query: string;
}

/**
 * Joins app and stream name and splits them again by our own rule: the last path segment before the first `?` is the
 * stream name, everything before it is the app.
 *
 * Clients cut at very different places, FFmpeg and GStreamer even inside a query that has a slash in it: they send
 * `rtmp://host/live/key?u=a/b` as app `live/key?u=a` and name `b`. In OBS and Flash app and name are two fields, and the
 * same pair means app `live/key` with a query of its own. The client's `flashVer` tells which it is.
 */
export function streamAddress(app: string, streamName: string, flashVer = ''): StreamAddress {
  const [appPath, appQuery] = atFirst(app, '?');
  const [namePath, nameQuery] = atFirst(streamName, '?');
  const cutInQuery = appQuery !== '' && streamName !== '' && segmentsOf(appPath).length > 1 && !hasTwoFields(flashVer);
  return cutInQuery
    ? address(appPath, `${appQuery}/${streamName}`)
    : address(`${appPath}/${namePath}`, [appQuery, nameQuery].filter((query) => query !== '').join('&'));
}

/** OBS and HaishinKit pass for FMLE; Flash Player says the system it runs on. FFmpeg and those like it do neither. */
function hasTwoFields(flashVer: string): boolean {
  return /FMSc|^(WIN|MAC)/.test(flashVer);
}

function address(path: string, query: string): StreamAddress {
  const segments = segmentsOf(path);
  const streamName = segments.pop() ?? '';
  if (segments.length > 1 && segments.at(-1) === '_definst_') {
    segments.pop();
  }
  return { app: segments.join('/'), streamName, query };
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function atFirst(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
