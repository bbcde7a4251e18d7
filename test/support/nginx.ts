import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, hasPeer, isThere, listening, Peer } from './peer.js';

const RTMP_MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';

/** Whether nginx with its RTMP module is there; a failure in CI, like `hasPeer`. */
export function hasNginxRtmp(): boolean {
  return (
    hasPeer('nginx') &&
    isThere("nginx's RTMP module", () => {
      if (!existsSync(RTMP_MODULE)) {
        throw new Error('missing');
      }
    })
  );
}

/**
 * An nginx with its RTMP module on the loopback, which leaves nothing out for players that are a little slow. Its app `live` closes the connections of players when the publisher goes;
 * its app `vod` plays the files of the directory; its app `notify` lets players wait for a publisher, and tells them when one comes and goes; its app
 * `stay` lets them wait and tells them nothing.
 */
export async function startNginx(
  directory: string,
): Promise<{ peer: Peer; port: number; server: string; url: string; notifyUrl: string; vodUrl: string }> {
  const port = await freePort();
  const root = join(directory, `nginx-${port}`);
  await mkdir(join(root, 'logs'), { recursive: true });
  const config = join(root, 'nginx.conf');
  await writeFile(
    config,
    `load_module ${RTMP_MODULE};
daemon off;
master_process off;
pid ${root}/nginx.pid;
error_log ${root}/logs/error.log;
events { worker_connections 4096; }
rtmp {
  server {
    listen 127.0.0.1:${port};
    access_log off;
    out_queue 8192;
    application live { live on; idle_streams off; }
    application stay { live on; idle_streams on; publish_notify off; play_restart off; }
    application vod { play ${directory}; }
    application notify { live on; idle_streams on; publish_notify on; play_restart off; }
  }
}
`,
  );
  const peer = new Peer('nginx', ['-c', config, '-p', root]);
  await listening(port);
  const server = `rtmp://127.0.0.1:${port}`;
  return { peer, port, server, url: `${server}/live`, notifyUrl: `${server}/notify`, vodUrl: `${server}/vod` };
}
