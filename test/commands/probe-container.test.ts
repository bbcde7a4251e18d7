import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildContainer } from '../support/built-containers.js';
import { probed } from './probed.js';

const directory = mkdtempSync(join(tmpdir(), 'rtmpkit-probe-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

const SHAPE = { seconds: 3, video: 'avc', audio: 'aac' } as const;

describe('probe of a container', () => {
  it.each([
    ['mp4', 'mp4', 'mp4'],
    ['mp4 in fragments', 'mp4', 'mp4'],
    ['mkv', 'mkv', 'matroska'],
    ['ts', 'ts', 'mpeg-ts'],
  ] as const)('tells what is in it: %s', async (format, extension, kind) => {
    const path = file(`${format.replaceAll(' ', '-')}.${extension}`, await buildContainer(format, SHAPE));
    const { report, error } = await probed(path);
    expect(error).toBeUndefined();
    expect(report).toMatchObject({ ok: true, file: { path, format: kind, damages: 0, isCutOff: false } });
    expect(report?.analysis.endedBy).toBe('end of file');
    const [video, audio] = report?.streams ?? [];
    expect(video).toMatchObject({ kind: 'video', codec: 'h264', frames: 75, fps: 25, bFrames: true });
    expect(audio).toMatchObject({ kind: 'audio', codec: 'aac' });
    expect(report?.gop.avgMs).toBe(1000);
  });

  it('looks no longer than it is told', async () => {
    const path = file('part.mp4', await buildContainer('mp4', { ...SHAPE, seconds: 60 }));
    const { report } = await probed(path, { durationMs: 1_000 });
    expect(report?.analysis.endedBy).toBe('duration');
    expect(report?.streams[0]?.frames).toBeLessThanOrEqual(26);
    expect(report?.analysis.durationMs).toBeLessThanOrEqual(1_100);
    expect(report?.file?.durationMs).toBeGreaterThan(59_000);
  });

  it('tells of a file that is cut off, and what is left of it', async () => {
    const whole = await buildContainer('mkv', SHAPE);
    const path = file('cut.mkv', whole.subarray(0, Math.floor(whole.length * 0.7)));
    const { report, error } = await probed(path);
    expect(error).toBeUndefined();
    expect(report?.file?.isCutOff).toBe(true);
    expect(report?.warnings.length).toBeGreaterThan(0);
    expect(report?.streams[0]?.frames).toBeGreaterThan(10);
  });

  it('fails where there is nothing to look at', async () => {
    const { error } = await probed(file('empty.mp4', (await buildContainer('mp4', SHAPE)).subarray(0, 40)));
    expect(error).toMatchObject({ kind: 'media' });
  });
});
