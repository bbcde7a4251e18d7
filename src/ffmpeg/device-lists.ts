/** A device as a list shows it. */
export interface ListedDevice {
  readonly kind: 'camera' | 'screen' | 'mic';
  /** For people. */
  readonly name: string;
  /** What `push` takes for it. */
  readonly input: string;
}

/**
 * What `ffmpeg -f avfoundation -list_devices true -i ""` says. Cameras and screens stand in one list.
 *
 *     [AVFoundation indev @ 0x7f] AVFoundation video devices:
 *     [AVFoundation indev @ 0x7f] [0] FaceTime HD Camera
 */
export function parseAvfoundationDevices(lines: readonly string[]): ListedDevice[] {
  let isVideo = true;
  return lines.flatMap((line): ListedDevice[] => {
    if (/AVFoundation (video|audio) devices:/.test(line)) isVideo = line.includes(' video ');
    const [, name = ''] = /(?:^|\] |: )\[\d+\] (.+)$/.exec(line) ?? [];
    const [, screen] = /^Capture screen (\d+)$/.exec(name) ?? [];
    if (name === '') return [];
    if (screen !== undefined) return [{ kind: 'screen', name, input: `screen:${screen}` }];
    return [isVideo ? camera(name, name) : mic(name, name)];
  });
}

/**
 * What `ffmpeg -f dshow -list_devices true -i dummy` says; before version 5 in two lists with headings.
 *
 *     [dshow @ 000001] "Integrated Camera" (video)
 *     [dshow @ 000001]   Alternative name "@device_pnp_…"
 */
export function parseDshowDevices(lines: readonly string[]): ListedDevice[] {
  let section = '';
  return lines.flatMap((line): ListedDevice[] => {
    section = /DirectShow (video|audio) devices/.exec(line)?.[1] ?? section;
    const [, name = '', kinds = section] = /(?:^|\] |: )\s*"([^"]+)"(?: \(([^)]*)\))?\s*$/.exec(line) ?? [];
    if (name === '' || line.includes('Alternative name')) return [];
    return [
      ...(kinds.includes('video') ? [camera(name, name)] : []),
      ...(kinds.includes('audio') ? [mic(name, name)] : []),
    ];
  });
}

/**
 * What `ffmpeg -sources pulse` says; the default one has a star.
 *
 *     * alsa_input.pci-0000_00_1f.3 [Built-in Audio Analog Stereo] (audio)
 */
export function parseSources(text: string): ListedDevice[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, input = '', name = input] = /^[ *]\s+(\S+)(?: \[(.*)\])?(?: \(.*\))?\s*$/.exec(line) ?? [];
    return input === '' || input === 'null' ? [] : [mic(name, input)];
  });
}

export function camera(name: string, input: string): ListedDevice {
  return { kind: 'camera', name, input: `camera:${input}` };
}

function mic(name: string, input: string): ListedDevice {
  return { kind: 'mic', name, input: `mic:${input}` };
}
