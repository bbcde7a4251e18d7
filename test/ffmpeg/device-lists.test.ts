import { afterAll, describe, expect, it } from 'vitest';
import { parseAvfoundationDevices, parseDshowDevices, parseSources } from '../../src/ffmpeg/device-lists.js';
import { listDevices } from '../../src/ffmpeg/list-devices.js';
import { FakePrograms, PATIENCE } from '../support/fake-programs.js';

const AVFOUNDATION = `[AVFoundation indev @ 0x7f9] AVFoundation video devices:
[AVFoundation indev @ 0x7f9] [0] FaceTime HD Camera
[AVFoundation indev @ 0x7f9] [1] Capture screen 0
[AVFoundation indev @ 0x7f9] AVFoundation audio devices:
[AVFoundation indev @ 0x7f9] [0] MacBook Pro Microphone
: Input/output error`.split('\n');

const DSHOW = `[dshow @ 0001] "Integrated Camera" (video)
[dshow @ 0001]   Alternative name "@device_pnp_x"
[dshow @ 0001] "Grabber" (video, audio)
[dshow @ 0001] "Microphone (Realtek(R) Audio)" (audio)
dummy: Immediate exit requested`.split('\n');

const OLD_DSHOW = `[dshow @ 0001] DirectShow video devices (some may be both video and audio devices)
[dshow @ 0001]  "USB Camera"
[dshow @ 0001]     Alternative name "@device_pnp_x"
[dshow @ 0001] DirectShow audio devices
[dshow @ 0001]  "Line In"`.split('\n');

const PULSE = `Auto-detected sources for pulse:
* alsa_input.pci-0000 [Built-in Audio Analog Stereo] (audio)
  alsa_output.pci.monitor [Monitor of Built-in Audio]
`;

describe('lists of devices', () => {
  it('of avfoundation', () => {
    expect(parseAvfoundationDevices(AVFOUNDATION)).toEqual([
      { kind: 'camera', name: 'FaceTime HD Camera', input: 'camera:FaceTime HD Camera' },
      { kind: 'screen', name: 'Capture screen 0', input: 'screen:0' },
      { kind: 'mic', name: 'MacBook Pro Microphone', input: 'mic:MacBook Pro Microphone' },
    ]);
  });

  it('of dshow', () => {
    expect(parseDshowDevices(DSHOW).map(({ input }) => input)).toEqual([
      'camera:Integrated Camera',
      'camera:Grabber',
      'mic:Grabber',
      'mic:Microphone (Realtek(R) Audio)',
    ]);
    expect(parseDshowDevices(OLD_DSHOW).map(({ input }) => input)).toEqual(['camera:USB Camera', 'mic:Line In']);
  });

  it('of pulse and alsa', () => {
    expect(parseSources(PULSE)).toEqual([
      { kind: 'mic', name: 'Built-in Audio Analog Stereo', input: 'mic:alsa_input.pci-0000' },
      { kind: 'mic', name: 'Monitor of Built-in Audio', input: 'mic:alsa_output.pci.monitor' },
    ]);
    expect(parseSources('Auto-detected sources for alsa:\n  null [Discard all samples] (none)\n')).toEqual([]);
    expect(parseSources('Auto-detected sources for pulse:\nCannot list sources: Generic error\n')).toEqual([]);
  });
});

describe('listDevices', PATIENCE, () => {
  const programs = new FakePrograms();
  afterAll(() => programs.remove());

  it('puts together what Linux has', async () => {
    await programs.file('v4l/video0/name', 'HD Webcam: HD Webcam\n');
    await programs.file('v4l/video0/index', '0\n');
    await programs.file('v4l/video1/name', 'HD Webcam: HD Webcam\n');
    await programs.file('v4l/video1/index', '1\n');
    const path = await programs.add(
      'ffmpeg',
      `if (process.argv.at(-1) === 'pulse') console.log(${JSON.stringify(PULSE)})`,
    );
    const scene = { platform: 'linux', environment: { DISPLAY: ':0' }, v4l2Folder: `${programs.folder}/v4l` } as const;
    expect((await listDevices(path, scene)).map(({ input }) => input)).toEqual([
      'camera:/dev/video0',
      'screen',
      'mic:alsa_input.pci-0000',
      'mic:alsa_output.pci.monitor',
    ]);
  });

  it('takes the words of a failure', async () => {
    const path = await programs.add(
      'ffmpeg',
      `console.error(${JSON.stringify(AVFOUNDATION.join('\n'))}); process.exit(1)`,
    );
    expect(await listDevices(path, { platform: 'darwin', environment: {} })).toHaveLength(3);
  });

  it('asks nobody any more when it is aborted', async () => {
    const enough = new Error('enough');
    const scene = { platform: 'darwin', environment: {}, signal: AbortSignal.abort(enough) } as const;
    await expect(listDevices('/there/is/no/ffmpeg', scene)).rejects.toBe(enough);
  });
});
