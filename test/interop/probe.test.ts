import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AudioStreamReport, ProbeReport, VideoStreamReport } from '../../src/report.js';
import { CliRuns, type CliServer } from '../support/cli.js';
import { hasNginxRtmp, startNginx } from '../support/nginx.js';
import { startNodeMediaServer } from '../support/node-media-server.js';
import { freePort, hasPeer, listeningUntouched, Peer } from '../support/peer.js';
import { Publication } from '../support/publication.js';
import { readTags } from '../support/reception.js';
import { startOf } from '../support/scene.js';

const execute = promisify(execFile);
const SECONDS = 3;
/** Measured rates may be off by so much. */
const TOLERANCE = 0.02;

const picture = (size: string, rate: string): string[] => [
  '-f',
  'lavfi',
  '-i',
  `testsrc2=s=${size}:r=${rate}:d=${SECONDS}`,
];
const noise = (rate: number, layout: string): string[] => [
  ...['-f', 'lavfi', '-i', `anoisesrc=d=${SECONDS}:r=${rate}:a=0.2:seed=1`],
  ...['-af', `aformat=channel_layouts=${layout}`],
];
const x264 = (profile: string, gop: number, bFrames: number, pixels = 'yuv420p'): string[] => [
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', profile, '-pix_fmt', pixels],
  ...['-g', `${gop}`, '-keyint_min', `${gop}`, '-sc_threshold', '0', '-bf', `${bFrames}`],
];

const KINDS: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  {
    name: 'High with three B-frames, AAC at 48 kHz',
    args: [
      ...picture('640x360', '30'),
      ...noise(48_000, 'stereo'),
      ...x264('high', 30, 3),
      '-c:a',
      'aac',
      '-b:a',
      '128k',
    ],
  },
  {
    name: 'Constrained Baseline, mono AAC',
    args: [
      ...picture('320x240', '25'),
      ...noise(44_100, 'mono'),
      ...x264('baseline', 50, 0),
      '-c:a',
      'aac',
      '-b:a',
      '64k',
    ],
  },
  {
    name: 'Main at 30000/1001, MP3',
    args: [
      ...picture('1280x720', '30000/1001'),
      ...noise(44_100, 'stereo'),
      ...x264('main', 45, 2),
      '-c:a',
      'libmp3lame',
    ],
  },
  {
    name: 'High 4:2:2 of 10 bit with cropping, 5.1 AAC',
    args: [
      ...picture('322x182', '50'),
      ...noise(48_000, '5.1'),
      ...x264('high422', 25, 2, 'yuv422p10le'),
      '-c:a',
      'aac',
    ],
  },
  {
    name: 'High 4:4:4 at 24000/1001, video only',
    args: [...picture('640x480', '24000/1001'), ...x264('high444', 24, 1, 'yuv444p')],
  },
  {
    name: 'interlaced with wide samples, AAC at 32 kHz',
    args: [
      ...picture('720x576', '25'),
      ...noise(32_000, 'stereo'),
      ...['-vf', 'setsar=16/11,tinterlace=interleave_top,fps=25', '-flags', '+ilme+ildct'],
      ...x264('high', 13, 2),
      ...['-c:a', 'aac'],
    ],
  },
  {
    name: '60 frames per second of HLG in BT.2020',
    args: [
      ...picture('426x240', '60'),
      ...x264('high10', 60, 2, 'yuv420p10le'),
      ...['-color_primaries', 'bt2020', '-color_trc', 'arib-std-b67', '-colorspace', 'bt2020nc'],
    ],
  },
  {
    name: 'Sorenson H.263, MP3 at 22.05 kHz',
    args: [...picture('320x240', '15'), ...noise(22_050, 'mono'), '-c:v', 'flv', '-g', '15', '-c:a', 'libmp3lame'],
  },
  {
    name: 'Sorenson H.263 of an odd size, A-law',
    args: [...picture('330x246', '12'), ...noise(8_000, 'mono'), '-c:v', 'flv', '-g', '12', '-c:a', 'pcm_alaw'],
  },
  {
    name: 'screen video, PCM',
    args: [...picture('160x120', '10'), ...noise(44_100, 'stereo'), '-c:v', 'flashsv', '-g', '10', '-c:a', 'pcm_s16le'],
  },
  {
    name: 'screen video 2, ADPCM',
    args: [
      ...[...picture('160x112', '10'), ...noise(22_050, 'stereo')],
      ...['-c:v', 'flashsv2', '-strict', '-2', '-g', '10', '-c:a', 'adpcm_swf'],
    ],
  },
  { name: 'AAC at 96 kHz alone', args: [...noise(96_000, 'stereo'), '-c:a', 'aac', '-b:a', '192k'] },
  { name: 'Speex alone', args: [...noise(16_000, 'mono'), '-c:a', 'libspeex'] },
  { name: 'Nellymoser alone', args: [...noise(44_100, 'mono'), '-c:a', 'nellymoser'] },
  { name: 'µ-law alone', args: [...noise(8_000, 'mono'), '-c:a', 'pcm_mulaw'] },
];

interface Probed {
  readonly streams: readonly Readonly<Record<string, string | number>>[];
  readonly packets: readonly {
    readonly codec_type: string;
    readonly dts_time: string;
    readonly size: string;
    readonly flags: string;
  }[];
}

const CODEC_NAMES: Readonly<Record<string, string>> = {
  flv1: 'h263',
  flashsv: 'screen',
  flashsv2: 'screen2',
  pcm_s16le: 'pcm',
  pcm_alaw: 'alaw',
  pcm_mulaw: 'mulaw',
  adpcm_swf: 'adpcm',
};

async function ffprobe(path: string): Promise<Probed> {
  const { stdout } = await execute('ffprobe', ['-v', 'error', '-show_streams', '-show_packets', '-of', 'json', path], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout);
}

describe.skipIf(!hasPeer('ffmpeg'))('a probe, held against ffprobe', () => {
  const runs = new CliRuns();
  let server: CliServer;

  beforeAll(async () => {
    server = await runs.serve('--show-keys');
  });
  afterAll(() => runs.stopAll());

  async function documentOf(...args: string[]): Promise<ProbeReport> {
    const run = runs.start(['probe', '--json', ...args]);
    expect(await run.exit(), run.stderr).toBe(0);
    return JSON.parse(run.stdout.toString());
  }

  it.concurrent.each(KINDS)('of $name', async ({ args }) => {
    const name = runs.streamName();
    const path = runs.file(`${name}.flv`);
    await execute('ffmpeg', ['-v', 'error', '-nostdin', ...args, '-t', `${SECONDS}`, '-f', 'flv', '-y', path]);
    const truth = await ffprobe(path);
    const url = `${server.url}/live/${name}`;
    const publication = await Publication.begin(runs, url, await readTags(path), '--speed', '0');
    const live = documentOf(url, '--duration', '30s');
    await startOf(server, 'player', `/${name}`);
    publication.finish();

    for (const report of [await documentOf(path), await live]) {
      expectSame(report, truth);
      expect(report.warnings).toEqual([]);
    }
  });

  it.concurrent('recognises nginx-rtmp, Node-Media-Server and FFmpeg', async () => {
    const path = runs.file('fingerprint.flv');
    const input = [...picture('160x120', '25'), ...x264('baseline', 10, 0)];
    await execute('ffmpeg', ['-v', 'error', '-nostdin', ...input, '-f', 'flv', '-y', path]);
    const peers: Peer[] = [];
    const programs: Record<string, () => Promise<string>> = {
      FFmpeg: async () => {
        const port = await freePort();
        const url = `rtmp://127.0.0.1:${port}/live/film`;
        const listen = ['-v', 'error', '-nostdin', '-re', '-i', path, '-c', 'copy', '-f', 'flv', '-listen', '1', url];
        peers.push(new Peer('ffmpeg', listen));
        await listeningUntouched(port);
        return url;
      },
      'Node-Media-Server': async () => {
        const { peer, url } = await startNodeMediaServer(runs.file('nms/data').replace(/data$/, ''));
        peers.push(peer);
        return `${url}/film`;
      },
    };
    if (hasNginxRtmp()) {
      programs['nginx-rtmp'] = async () => {
        const { peer, url } = await startNginx(runs.file('nginx/data').replace(/data$/, ''));
        peers.push(peer);
        return `${url}/film`;
      };
    }
    try {
      for (const [software, start] of Object.entries(programs)) {
        const url = await start();
        if (software !== 'FFmpeg') {
          await runs.start(['push', '--json', '--loop', '--', path, url]).event('started');
        }
        const report = await documentOf(url, '--duration', '1s');
        expect(report.server).toMatchObject({ software, fmsVer: 'FMS/3,0,1,123' });
        expect(report.streams[0]).toMatchObject({ kind: 'video', codec: 'h264', width: 160 });
        expect(report.timings.firstKeyframeMs).toBeGreaterThan(0);
      }
    } finally {
      await Promise.all(peers.map((peer) => peer.stop()));
    }
  });
});

function expectSame(report: ProbeReport, truth: Probed): void {
  expect(report.streams.map(({ kind }) => kind)).toEqual(
    truth.streams.map((stream) => stream['codec_type']).sort(byKind),
  );
  for (const stream of report.streams) {
    const other = truth.streams.find((one) => one['codec_type'] === stream.kind)!;
    expect(stream.codec).toBe(CODEC_NAMES[`${other['codec_name']}`] ?? other['codec_name']);
    expectSameMeasures(stream, truth, other);
    if (stream.kind === 'video') {
      expectSameVideo(stream, other);
      expectSameGops(report, truth);
    } else {
      expectSameAudio(stream, other);
    }
  }
}

function expectSameVideo(video: VideoStreamReport, other: Probed['streams'][number]): void {
  expect({ width: video.width, height: video.height }).toEqual({ width: other['width'], height: other['height'] });
  const [frames, seconds] = `${other['r_frame_rate']}`.split('/').map(Number);
  expect(video.fps).toBeCloseTo(frames! / seconds!, 2);
  if (video.codec !== 'h264') return;
  expect(video.profile).toBe(other['profile']);
  expect(video.level).toBe((Number(other['level']) / 10).toFixed(1));
  expect(video.reorderFrames).toBe(other['has_b_frames']);
  expect(video.bFrames).toBe(Number(other['has_b_frames']) > 0);
  expect(`yuv${video.chroma?.replaceAll(':', '')}p${video.bitDepth === 8 ? '' : `${video.bitDepth}le`}`).toBe(
    other['pix_fmt'],
  );
  expect(video.sampleAspectRatio ?? '1:1').toBe(other['sample_aspect_ratio']);
  expect(video.interlaced).toBe(other['field_order'] !== 'progressive');
  expect(video.hdr).toBe(other['color_transfer'] === 'arib-std-b67' ? 'HLG' : null);
}

function expectSameAudio(audio: AudioStreamReport, other: Probed['streams'][number]): void {
  expect(audio.sampleRate).toBe(Number(other['sample_rate']));
  expect(audio.channels).toBe(other['channels']);
  if (audio.codec === 'aac') expect(audio.profile).toBe(other['profile']);
}

function expectSameMeasures(
  stream: VideoStreamReport | AudioStreamReport,
  truth: Probed,
  other: Probed['streams'][number],
): void {
  const packets = truth.packets.filter((packet) => packet.codec_type === stream.kind);
  expect(stream.frames).toBe(packets.length);
  const bytes = packets.reduce((sum, { size }) => sum + Number(size), 0);
  const times = packets.map((packet) => Number(packet.dts_time));
  const spanSeconds = (times.at(-1)! - times[0]!) * (packets.length / (packets.length - 1));
  const rate = (bytes * 8) / 1000 / spanSeconds;
  expect(
    Math.abs(stream.bitrateKbps! / rate - 1),
    `${stream.bitrateKbps} beside ${rate} of ${other['codec_name']}`,
  ).toBeLessThan(TOLERANCE);
}

function expectSameGops(report: ProbeReport, { packets }: Probed): void {
  const keyTimes = packets
    .filter(({ codec_type, flags }) => codec_type === 'video' && flags.startsWith('K'))
    .map(({ dts_time }) => Math.round(Number(dts_time) * 1000));
  const lengths = keyTimes.slice(1).map((time, i) => time - keyTimes[i]!);
  expect(report.gop.lengthsMs).toEqual(lengths);
}

/** Reports begin with the video. */
function byKind(one: unknown, other: unknown): number {
  return `${other}`.localeCompare(`${one}`);
}
