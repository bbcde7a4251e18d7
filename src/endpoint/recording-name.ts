/** Characters that some file system or shell would stumble over. */
const UNSAFE = /[^\p{L}\p{M}\p{N}._-]+/gu;
/** Hidden files, directories above, and options of other programs. */
const UNSAFE_BEGIN = /^[.-]+/;
/** Of UTF-8. File systems take 255 for the whole name. */
const MAX_NAME_BYTES = 200;

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
  const safe = shortened(withoutQuery.replace(UNSAFE, '_').replace(UNSAFE_BEGIN, ''));
  return safe === '' ? 'stream' : safe;
}

/** As many whole characters as fit. */
function shortened(name: string): string {
  const { read } = new TextEncoder().encodeInto(name, new Uint8Array(MAX_NAME_BYTES));
  return name.slice(0, read);
}

function timestamp(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}
