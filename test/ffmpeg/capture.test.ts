import { describe, expect, it } from 'vitest';
import { type CaptureScene, captureInput } from '../../src/ffmpeg/capture.js';
import { parseCapture } from '../../src/ffmpeg/device.js';
import type { EncodeOptions } from '../../src/ffmpeg/encoding.js';
import { ffmpegThatCan } from './fake-capabilities.js';

const ffmpeg = ffmpegThatCan({
  demuxers: ['lavfi', 'x11grab', 'v4l2', 'pulse', 'alsa', 'avfoundation', 'gdigrab', 'dshow'],
});

function sceneOn(platform: NodeJS.Platform, changes: Partial<CaptureScene> = {}): CaptureScene {
  const first = { camera: 'Integrated Camera', mic: 'Microphone (USB)' };
  return { platform, environment: { DISPLAY: ':0' }, firstDevice: (kind) => first[kind], ffmpeg, ...changes };
}

function argsFor(text: string, scene: CaptureScene, options: EncodeOptions = {}): string {
  const capture = parseCapture(text);
  if (capture === undefined) throw new Error(`${text} is no device`);
  return captureInput(capture, options, scene).args.join(' ').replaceAll('-thread_queue_size 512 ', '');
}

describe('parseCapture', () => {
  it.each([
    ['test', { kind: 'test' }, { kind: 'test' }],
    ['camera', { kind: 'camera', name: undefined }, undefined],
    ['camera:HD: C+C', { kind: 'camera', name: 'HD: C+C' }, undefined],
    ['screen', { kind: 'screen', number: undefined }, undefined],
    ['screen:1', { kind: 'screen', number: 1 }, undefined],
    ['mic', undefined, { kind: 'mic', name: undefined }],
    ['mic:a+mic:b', undefined, { kind: 'mic', name: 'a+mic:b' }],
    ['screen:2+mic', { kind: 'screen', number: 2 }, { kind: 'mic', name: undefined }],
    ['camera:/dev/video2+mic:hw:1', { kind: 'camera', name: '/dev/video2' }, { kind: 'mic', name: 'hw:1' }],
  ])('reads %s', (text, picture, sound) => {
    expect(parseCapture(text)).toEqual({ label: text, picture, sound });
  });

  it.each(['./test', 'camera.flv', 'screen.mp4', 'microphone', 'camera:', 'film+mic', 'Test', ''])(
    'takes %j for something else',
    (text) => {
      expect(parseCapture(text)).toBeUndefined();
    },
  );

  it.each(['screen:left', 'screen:', 'screen:1.5'])('refuses %s', (text) => {
    expect(() => parseCapture(text)).toThrow(/is no screen/);
  });
});

describe('captureInput', () => {
  it.each<[NodeJS.Platform, string, EncodeOptions, string]>([
    ['linux', 'screen', {}, '-f x11grab -framerate 30 -i :0'],
    ['linux', 'screen:1', { fps: 15 }, '-f x11grab -framerate 15 -i :0.1'],
    ['linux', 'camera', {}, '-f v4l2 -i /dev/video0'],
    ['linux', 'camera:2', {}, '-f v4l2 -i /dev/video2'],
    ['linux', 'camera:video1', {}, '-f v4l2 -i /dev/video1'],
    [
      'linux',
      'camera:/dev/v4l/by-id/usb',
      { size: { width: 640, height: 480 }, fps: 25 },
      '-f v4l2 -video_size 640x480 -framerate 25 -i /dev/v4l/by-id/usb',
    ],
    ['linux', 'mic', {}, '-f pulse -i default'],
    ['linux', 'mic:alsa_input.usb', {}, '-f pulse -i alsa_input.usb'],
    ['linux', 'screen+mic', {}, '-f x11grab -framerate 30 -i :0 -f pulse -i default'],
    ['darwin', 'screen', {}, '-f avfoundation -framerate 30 -capture_cursor 1 -i Capture screen 0:none'],
    ['darwin', 'screen:1', {}, '-f avfoundation -framerate 30 -capture_cursor 1 -i Capture screen 1:none'],
    ['darwin', 'camera', {}, '-f avfoundation -framerate 30 -i default:none'],
    ['darwin', 'camera:FaceTime HD', { fps: 60 }, '-f avfoundation -framerate 60 -i FaceTime HD:none'],
    ['darwin', 'mic', {}, '-f avfoundation -i none:default'],
    ['win32', 'screen', {}, '-f gdigrab -framerate 30 -i desktop'],
    ['win32', 'screen:1', {}, '-f lavfi -i ddagrab=output_idx=1:framerate=30,hwdownload,format=bgra'],
    ['win32', 'camera', {}, '-f dshow -i video=Integrated Camera'],
    ['win32', 'camera:Logitech', { fps: 15 }, '-f dshow -framerate 15 -i video=Logitech'],
    ['win32', 'camera+mic', {}, '-f dshow -i video=Integrated Camera -f dshow -i audio=Microphone (USB)'],
  ])('on %s: %s %o', (platform, text, options, expected) => {
    expect(argsFor(text, sceneOn(platform), options)).toBe(expected);
  });

  it('makes the test picture as it is wanted', () => {
    expect(argsFor('test', sceneOn('linux'), { size: { width: 320, height: 180 }, fps: 25 })).toMatch(
      /^-f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine=/,
    );
  });

  it('takes the screen of a display that names one already', () => {
    const scene = sceneOn('linux', { environment: { DISPLAY: 'host:10.0' } });
    expect(argsFor('screen', scene)).toContain('-i host:10.0');
    expect(argsFor('screen:2', scene)).toContain('-i host:10.2');
  });

  it('falls back to ALSA', () => {
    const scene = sceneOn('linux', { ffmpeg: ffmpegThatCan({ demuxers: ['alsa'] }) });
    expect(argsFor('mic:hw:1', scene)).toBe('-f alsa -i hw:1');
  });

  it.each<[string, string, Partial<CaptureScene>, NodeJS.Platform, string]>([
    ['no X', 'screen', { environment: {} }, 'linux', 'DISPLAY is not set'],
    ['Wayland alone', 'screen', { environment: { WAYLAND_DISPLAY: 'wayland-0' } }, 'linux', 'Wayland'],
    ['an FFmpeg without it', 'camera', { ffmpeg: ffmpegThatCan({}) }, 'linux', 'was built without v4l2'],
    ['no camera', 'camera', { firstDevice: () => undefined }, 'win32', 'there is no camera here'],
  ])('is clear about %s', (_, text, changes, platform, message) => {
    expect(() => argsFor(text, sceneOn(platform, changes))).toThrow(message);
  });
});
