import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConformanceOutcome, ConformanceReport, ProbeReport } from '../../src/report.js';
import { hasNginxRtmp, startNginx } from '../support/nginx.js';
import { startNodeMediaServer } from '../support/node-media-server.js';
import { freePort, hasPeer, listeningUntouched } from '../support/peer.js';
import { Scene } from '../support/scene.js';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene.close());

interface Outcome {
  readonly exit: number;
  readonly report: ProbeReport;
  readonly conformance: ConformanceReport;
}

async function conformance(url: string): Promise<Outcome> {
  const run = scene.cli('probe', url, '--conformance', '--json');
  const exit = await run.exit();
  const report: ProbeReport = JSON.parse(run.stdout.toString());
  expect(report.conformance, run.said).not.toBeNull();
  return { exit, report, conformance: report.conformance! };
}

/** Ids with what was seen, of one outcome. */
function seen({ checks }: ConformanceReport, outcome: ConformanceOutcome): Record<string, string> {
  return Object.fromEntries(checks.filter((check) => check.outcome === outcome).map((check) => [check.id, check.seen]));
}

/** For whoever wants to look closer: RTMPKIT_TEST_KEEP names a directory. */
function keep(name: string, { conformance: found }: Outcome): void {
  const directory = process.env['RTMPKIT_TEST_KEEP'];
  if (directory !== undefined) writeFileSync(`${directory}/${name}.json`, JSON.stringify(found, null, 2));
}

describe.concurrent('probe --conformance', () => {
  it('finds nothing to object to in our server', async () => {
    const { url } = await scene.serve();
    const outcome = await conformance(`${url}/live/any`);
    keep('rtmpkit', outcome);
    expect({ ...seen(outcome.conformance, 'fails'), ...seen(outcome.conformance, 'deviates') }).toEqual({});
    expect(outcome.conformance.skipped).toBe(0);
    expect(outcome.exit).toBe(0);
  });

  it.skipIf(!hasNginxRtmp())('knows nginx-rtmp', async () => {
    const { peer, url } = await startNginx(scene.directory);
    scene.keep(peer);
    const outcome = await conformance(`${url}/any`);
    keep('nginx-rtmp', outcome);
    expect(outcome.report.server?.software).toBe('nginx-rtmp');
    // It takes csids below 32 and chunk sizes up to 10 MiB, and loses count when a smaller size stands before a message.
    expect(Object.keys(seen(outcome.conformance, 'fails')).sort()).toEqual([
      'chunk-csid-63',
      'chunk-csid-long-form',
      'chunk-csid-three-bytes',
      'chunk-csid-two-bytes',
      'chunk-size-1',
      'chunk-size-2147483647',
      'chunk-size-64',
      'chunk-size-mid-message',
      'connect-more',
    ]);
    expect(seen(outcome.conformance, 'deviates')).toMatchObject({
      'stream-ids-differ': 'both are 1',
      'play-statuses': 'before media there is no NetStream.Play.Reset',
      'command-unknown': 'rtmpkitUnknownCall: no answer',
    });
    expect(seen(outcome.conformance, 'pass')).toMatchObject({
      alive: expect.any(String),
      'play-relays': expect.any(String),
    });
    expect(outcome.exit).toBe(12);
  });

  it('knows Node-Media-Server', async () => {
    const { peer, url } = await startNodeMediaServer(scene.directory);
    scene.keep(peer);
    const outcome = await conformance(`${url}/any`);
    keep('node-media-server', outcome);
    // A connect with values that it does not know, or a message cut in another way than it expects, brings it down.
    expect(seen(outcome.conformance, 'fails')).toMatchObject({
      'chunk-size-mid-message': expect.any(String),
      'publish-two-streams': expect.any(String),
      alive: expect.stringContaining('nothing listens'),
    });
    expect(seen(outcome.conformance, 'deviates')).toMatchObject({
      'control-ping': 'no answer',
      'play-unknown': 'it gets Play.Start, and waits',
      'play-end': 'nothing is said',
    });
    expect(seen(outcome.conformance, 'pass')).toMatchObject({ 'play-relays': expect.any(String) });
    expect(outcome.exit).toBe(12);
  });

  it.skipIf(!hasPeer('ffmpeg'))('tries out what one connection to FFmpeg can tell', async () => {
    const port = await freePort();
    const url = `rtmp://127.0.0.1:${port}/live/key`;
    const input = ['-listen', '1', '-f', 'flv', '-i', url];
    scene.peer('ffmpeg', [
      '-loglevel',
      'error',
      '-nostdin',
      ...input,
      '-c',
      'copy',
      '-f',
      'flv',
      scene.file('out.flv'),
    ]);
    await listeningUntouched(port);
    const outcome = await conformance(url);
    keep('ffmpeg', outcome);
    expect(outcome.conformance).toMatchObject({ fails: 0, pass: expect.any(Number) });
    expect(outcome.conformance.pass).toBeGreaterThanOrEqual(25);
    expect(new Set(Object.values(seen(outcome.conformance, 'skipped')))).toEqual(
      new Set(['the server takes one connection only']),
    );
    expect(outcome.exit).toBe(0);
  });
});

describe.concurrent('probe --publish', () => {
  it.skipIf(!hasPeer('ffmpeg'))('sends a film that FFmpeg decodes without a complaint', async () => {
    const port = await freePort();
    const url = `rtmp://127.0.0.1:${port}/live/key`;
    const input = ['-listen', '1', '-f', 'flv', '-i', url];
    const ffmpeg = scene.peer('ffmpeg', ['-v', 'warning', '-nostdin', '-xerror', ...input, '-f', 'null', '-']);
    await listeningUntouched(port);
    const { report, exit } = await published(url);
    expect(exit).toBe(0);
    expect(report.publish?.frames).toBeGreaterThan(20);
    await ffmpeg.exit();
    expect(ffmpeg.output).not.toMatch(/\[(h264|aac|flv)/); // how its demuxer and decoders begin a complaint
  });

  it.skipIf(!hasNginxRtmp())('measures by pings where the server answers them', async () => {
    const { peer, url } = await startNginx(scene.directory);
    scene.keep(peer);
    const { report } = await published(`${url}/measured`);
    expect(report).toMatchObject({
      ok: true,
      publish: { measuredBy: 'answer' },
      server: { rttMs: expect.any(Number) },
    });
  });

  it('measures by what the network takes where it does not', async () => {
    const { peer, url } = await startNodeMediaServer(scene.directory);
    scene.keep(peer);
    const { report } = await published(`${url}/measured`);
    expect(report).toMatchObject({ ok: true, publish: { measuredBy: 'socket' } });
    expect(report.publish?.bytes).toBeGreaterThan(0);
  });
});

async function published(url: string): Promise<{ report: ProbeReport; exit: number }> {
  const run = scene.cli('probe', url, '--publish', '--duration', '1s', '--json');
  const exit = await run.exit();
  return { report: JSON.parse(run.stdout.toString()), exit };
}
