import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, listening, Peer } from './peer.js';

const PROGRAM = fileURLToPath(new URL('../../node_modules/node-media-server/bin/app.js', import.meta.url));

/**
 * A Node-Media-Server on the loopback, RTMP only, with its data in a directory of the test.
 *
 * @param program its main script, for callers that were bundled and stand elsewhere
 */
export async function startNodeMediaServer(
  directory: string,
  program = PROGRAM,
): Promise<{ peer: Peer; port: number; url: string }> {
  const port = await freePort();
  const root = join(directory, `nms-${port}`);
  await mkdir(root, { recursive: true });
  const config = join(root, 'config.json');
  const settings = {
    bind: '127.0.0.1',
    rtmp: { port },
    store: { path: './data' },
    record: { path: './record' },
    webadmin: { enable: false },
  };
  await writeFile(config, JSON.stringify(settings));
  const peer = new Peer(process.execPath, [program, '--config', config], { cwd: root });
  await listening(port);
  return { peer, port, url: `rtmp://127.0.0.1:${port}/live` };
}
