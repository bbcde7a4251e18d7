/** Characters that some file system or shell would stumble over. */
const UNSAFE = /[^\p{L}\p{N}._-]+/gu;
const MAX_NAME_CHARACTERS = 100;

/**
 * `NAME-YYYYMMDD-HHMMSS.flv` in local time. The name is the stream's without its query, made safe: it comes from a peer and
 * must neither leave the directory nor hide the file.
 */
export function recordingName(streamName: string, date: Date): string {
  return `${safeFileName(streamName)}-${timestamp(date)}.flv`;
}

/** A stream or app name as one path segment. */
export function safeFileName(name: string): string {
  const withoutQuery = name.split('?', 1)[0] ?? '';
  const safe = withoutQuery.replace(UNSAFE, '_').replace(/^\.+/, '').slice(0, MAX_NAME_CHARACTERS);
  return safe === '' ? 'stream' : safe;
}

function timestamp(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}
