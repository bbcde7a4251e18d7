import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, listening, Peer } from './peer.js';

/** An nginx with its RTMP module on the loopback, with one app `live`. */
export async function startNginx(directory: string): Promise<{ peer: Peer; port: number; url: string }> {
  const port = await freePort();
  const root = join(directory, `nginx-${port}`);
  await mkdir(join(root, 'logs'), { recursive: true });
  const config = join(root, 'nginx.conf');
  await writeFile(
    config,
    `load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off;
master_process off;
pid ${root}/nginx.pid;
error_log ${root}/logs/error.log;
events { worker_connections 4096; }
rtmp {
  server {
    listen 127.0.0.1:${port};
    access_log off;
    application live { live on; idle_streams off; }
  }
}
`,
  );
  const peer = new Peer('nginx', ['-c', config, '-p', root]);
  await listening(port);
  return { peer, port, url: `rtmp://127.0.0.1:${port}/live` };
}
