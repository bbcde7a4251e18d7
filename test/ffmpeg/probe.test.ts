import { afterAll, describe, expect, it } from 'vitest';
import { asItIs, fileInput } from '../../src/ffmpeg/input.js';
import { parseStreams, probeInput } from '../../src/ffmpeg/probe.js';
import { FakePrograms, PATIENCE } from '../support/fake-programs.js';

const TS = `Input #0, mpegts, from 'a.ts':
  Duration: 01:02:05.02, start: 1.456778, bitrate: 367 kb/s
  Program 1
  Stream #0:0[0x100]: Video: h264 (High) ([27][0][0][0] / 0x001B), yuv420p(progressive), 320x180 [SAR 1:1 DAR 16:9], 25 fps
  Stream #0:1[0x101](eng): Audio: aac (LC) ([15][0][0][0] / 0x000F), 44100 Hz, mono, fltp, 71 kb/s
At least one output file must be specified`;
const MP3 = `Input #0, mp3, from 's.mp3':
  Duration: 00:00:03.03, start: 0.025057, bitrate: 64 kb/s
    Stream #0:0: Video: mjpeg (Baseline), yuvj420p(pc), 500x500, 90k tbr (attached pic)
    Stream #0:1: Audio: mp3, 48000 Hz, stereo, fltp, 64 kb/s`;
const LIVE = `Input #0, rtsp, from 'rtsp://host':
  Duration: N/A, start: 0.1, bitrate: N/A
  Stream #0:0: Audio: pcm_mulaw, 8000 Hz, mono
  Stream #0:1(und): Subtitle: subrip
  Stream #0:2: Video: hevc (Main), yuv420p
  Stream #0:3: Video: h264 (Main), yuv420p`;

describe('parseStreams', () => {
  it.each([
    [TS, { video: { codec: 'h264' }, audio: { codec: 'aac', sampleRate: 44_100 }, durationMs: 3_725_020 }],
    [MP3, { video: undefined, audio: { codec: 'mp3', sampleRate: 48_000 }, durationMs: 3_030 }],
    [LIVE, { video: { codec: 'hevc' }, audio: { codec: 'pcm_mulaw', sampleRate: 8_000 }, durationMs: undefined }],
    ['x: No such file or directory', undefined],
  ])('%#', (text, streams) => {
    expect(parseStreams(text.split('\n'))).toEqual(streams);
  });
});

describe('probeInput', PATIENCE, () => {
  const programs = new FakePrograms();
  afterAll(() => programs.remove());

  async function saying(text: string): Promise<string> {
    return programs.add('ffmpeg', `console.error(${JSON.stringify(text)}); process.exitCode = 1`);
  }

  it('finds the streams among everything else', async () => {
    const noise = '[h264 @ 0x55] [error] non-existing PPS 0 referenced\n'.repeat(3000);
    const levelled = TS.replaceAll(/^/gm, '[info] ');
    expect(await probeInput(await saying(noise + levelled), fileInput('a.ts', 0), {})).toMatchObject({
      video: { codec: 'h264' },
    });
  });

  it('fails in the words of FFmpeg', async () => {
    const path = await saying('[error] file:a.ts: Invalid data found when processing input\n[error] ');
    await expect(probeInput(path, fileInput('a.ts', 0), { advice: 'try' })).rejects.toMatchObject({
      code: 'ERR_FFMPEG_FAILED',
      message: 'FFmpeg cannot read a.ts',
      peerWords: 'file:a.ts: Invalid data found when processing input',
      advice: 'try',
    });
  });

  it('needs all of several inputs', async () => {
    const input = { args: ['-i', ':0', '-i', 'default'], label: 'screen+mic', redact: asItIs };
    const path = await saying(`${TS}\n[error] default: No such process`);
    await expect(probeInput(path, input, {})).rejects.toMatchObject({ message: 'FFmpeg cannot read screen+mic' });
  });
});
