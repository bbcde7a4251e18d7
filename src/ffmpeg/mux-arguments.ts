/** The containers that FFmpeg writes, by the extension of a file: names of its muxers. */
const MUXERS: Readonly<Record<string, string>> = {
  '.3gp': '3gp',
  '.aac': 'adts',
  '.ac3': 'ac3',
  '.asf': 'asf',
  '.avi': 'avi',
  '.flac': 'flac',
  '.m2ts': 'mpegts',
  '.m4a': 'ipod',
  '.m4v': 'mp4',
  '.mka': 'matroska',
  '.mkv': 'matroska',
  '.mov': 'mov',
  '.mp3': 'mp3',
  '.mp4': 'mp4',
  '.mts': 'mpegts',
  '.mxf': 'mxf',
  '.nut': 'nut',
  '.ogg': 'ogg',
  '.opus': 'opus',
  '.ts': 'mpegts',
  '.wav': 'wav',
  '.webm': 'webm',
  '.wmv': 'asf',
};

export const MUXER_EXTENSIONS: readonly string[] = Object.keys(MUXERS);

/** Containers for sound alone: their writers take no picture. */
const AUDIO_ONLY: ReadonlySet<string> = new Set(['adts', 'ac3', 'flac', 'ipod', 'mp3', 'opus', 'wav']);

/** FFmpeg's name for the container that belongs to an extension such as `.ts`; `undefined` for others. */
export function muxerFor(extension: string): string | undefined {
  return MUXERS[extension.toLowerCase()];
}

/** Reads FLV from standard input and writes it as it is into a file of another container, which is replaced. */
export function muxArguments(muxer: string, path: string): string[] {
  const wanted = AUDIO_ONLY.has(muxer) ? ['-map', '0:a'] : ['-map', '0:v?', '-map', '0:a?'];
  return ['-f', 'flv', '-i', 'pipe:0', ...wanted, '-c', 'copy', '-f', muxer, '-y', fileName(path)];
}

const PICTURE_EXTENSIONS: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.webp', '.bmp', '.tif', '.tiff']);

export function isPictureExtension(extension: string): boolean {
  return PICTURE_EXTENSIONS.has(extension.toLowerCase());
}

/** Reads FLV from standard input and writes its first picture into a file, which is replaced. */
export function pictureArguments(path: string): string[] {
  return ['-f', 'flv', '-i', 'pipe:0', '-frames:v', '1', '-f', 'image2', '-update', '1', '-y', fileName(path)];
}

/** A path that begins like an option or a protocol is meant as a path all the same. */
function fileName(path: string): string {
  return `file:${path}`;
}
