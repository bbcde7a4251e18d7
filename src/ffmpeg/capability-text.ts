/** What an FFmpeg can do. Names are FFmpeg's own. */
export interface Capabilities {
  /** As it calls itself: `5.1.9-0+deb12u1`, `n7.1`, `N-109542-g1bf1fb9`. */
  readonly version: string;
  /** Major and minor version of libavformat, which also builds without a version number have. */
  readonly formatVersion: readonly [number, number] | undefined;
  readonly encoders: ReadonlySet<string>;
  /** Formats that it writes, and reads; devices among them. */
  readonly muxers: ReadonlySet<string>;
  readonly demuxers: ReadonlySet<string>;
  /** Protocols that it reads from. */
  readonly inputProtocols: ReadonlySet<string>;
}

/** What the parts of `Capabilities` are read from. */
export interface CapabilityTexts {
  /** Of `-version`, `-encoders`, `-formats`, `-protocols`. */
  readonly version: string;
  readonly encoders: string;
  readonly formats: string;
  readonly protocols: string;
}

export function parseCapabilities(texts: CapabilityTexts): Capabilities {
  return {
    version: /^ffmpeg version (\S+)/m.exec(texts.version)?.[1] ?? 'unknown',
    formatVersion: formatVersionIn(texts.version),
    encoders: new Set(rowsOf(texts.encoders, /^\s[VAS][F.][S.][X.][B.][D.]\s+(\S+)/).map(([, name = '']) => name)),
    muxers: formatsIn(texts.formats, /^\s[D ]E/),
    demuxers: formatsIn(texts.formats, /^\sD[E ]/),
    inputProtocols: protocolsIn(texts.protocols),
  };
}

function formatVersionIn(text: string): readonly [number, number] | undefined {
  const [, major, minor] = /^libavformat\s+(\d+)\.\s*(\d+)\./m.exec(text) ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
}

/** ` DE mpegts   MPEG-TS`, also ` D d lavfi` (a device) of newer versions; several names stand in one row: `mov,mp4,m4a`. */
function formatsIn(text: string, wanted: RegExp): ReadonlySet<string> {
  const rows = rowsOf(text, /^(\s[D ][E ])[d ]?\s*([a-z0-9][\w,.-]*)(?:\s|$)/);
  return new Set(rows.filter(([, flags = '']) => wanted.test(flags)).flatMap(([, , names = '']) => names.split(',')));
}

function protocolsIn(text: string): ReadonlySet<string> {
  const lines = text.split(/\r?\n/);
  const from = lines.findIndex((line) => line.startsWith('Input:'));
  const to = lines.findIndex((line) => line.startsWith('Output:'));
  const inputs = from < 0 ? [] : lines.slice(from + 1, to < 0 ? undefined : to);
  return new Set(inputs.map((line) => line.trim()).filter((name) => name !== ''));
}

/** The rows of a table that look like this. Its legend stands before a line of dashes. */
function rowsOf(text: string, row: RegExp): RegExpExecArray[] {
  const lines = text.split(/\r?\n/);
  const legendEnd = lines.findIndex((line) => /^\s*-{2,}\s*$/.test(line));
  return lines
    .slice(legendEnd + 1)
    .map((line) => row.exec(line))
    .filter((match) => match !== null);
}
