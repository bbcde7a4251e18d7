import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { startNginx } from '../../support/nginx.js';
import { startNodeMediaServer } from '../../support/node-media-server.js';
import { freePort, listening, Peer } from '../../support/peer.js';
import type { BenchContext } from '../result.js';
import { pinServer } from './stage.js';

/** A server that a crowd plays from. */
export interface CrowdServer {
  readonly pid: number;
  /** Where its streams are: an app's URL. */
  readonly url: string;
  stop(): Promise<void>;
}

export type StartServer = (context: BenchContext) => Promise<CrowdServer>;

/** Our own, with these options. The setting `profile=DIR` makes V8 leave its CPU profiles there. */
export function rtmpkit(...options: readonly string[]): StartServer {
  return async ({ program, settings: { profile } }) => {
    const port = await freePort();
    const v8 = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const args = [...v8, program, 'serve', '-q', '--listen', `127.0.0.1:${port}`, ...options];
    const peer = new Peer(process.execPath, args);
    await listening(port);
    return pinned(peer, `rtmp://127.0.0.1:${port}/live`);
  };
}

export const nginxRtmp: StartServer = async ({ directory }) => {
  const { peer, url } = await startNginx(await mkdtemp(join(directory, 'nginx-')));
  return pinned(peer, url);
};

export const nodeMediaServer: StartServer = async ({ directory, root }) => {
  const program = join(root, 'node_modules', 'node-media-server', 'bin', 'app.js');
  const { peer, url } = await startNodeMediaServer(await mkdtemp(join(directory, 'nms-')), program);
  return pinned(peer, url);
};

function pinned(peer: Peer, url: string): CrowdServer {
  const pid = peer.child.pid ?? 0;
  pinServer(pid);
  return { pid, url, stop: () => peer.stop() };
}
