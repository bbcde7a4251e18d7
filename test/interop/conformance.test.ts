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

describe('probe --conformance', () => {
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
  });

  it('knows Node-Media-Server', async () => {
    const { peer, url } = await startNodeMediaServer(scene.directory);
    scene.keep(peer);
    const outcome = await conformance(`${url}/any`);
    keep('node-media-server', outcome);
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
  });
});
