import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, listening, Peer } from '../../support/peer.js';
import type { BenchContext } from '../result.js';

/** So many relays, which pull the same stream and push it on under names of their own. */
export interface RelayJob {
  readonly count: number;
  /** A stream. */
  readonly from: string;
  /** An app. */
  readonly to: string;
}

/** All processes that do a job. */
export interface RelayWorkers {
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

export type StartRelays = (job: RelayJob, context: BenchContext) => Promise<RelayWorkers>;

/** One process of ours for all. */
export const ourRelays: StartRelays = async ({ count, from, to }, { directory, program, settings: { profile } }) => {
  const relays = names(count).map((name) => ({ name, sources: from, to: `${to}/${name}` }));
  const config = join(directory, 'relays.json');
  await writeFile(config, JSON.stringify({ relays }));
  const v8 = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  return workers([new Peer(process.execPath, [...v8, program, 'relay', '-q', '--config', config])]);
};

/** A process of FFmpeg for each. */
export const ffmpegs: StartRelays = async ({ count, from, to }) => {
  const args = ['-v', 'error', '-nostdin', '-i', from, '-c', 'copy', '-f', 'flv'];
  return workers(names(count).map((name) => new Peer('ffmpeg', [...args, `${to}/${name}`])));
};

/**
 * An nginx-rtmp that pushes on what is published to it: it never pushes what it pulls. A relay of ours, which is not measured,
 * publishes the streams to it.
 */
export const nginx: StartRelays = async ({ count, from, to }, { directory, program }) => {
  const port = await freePort();
  const root = await mkdtemp(join(directory, 'nginx-'));
  await mkdir(join(root, 'logs'));
  await writeFile(
    join(root, 'nginx.conf'),
    `load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off;
worker_processes 1;
user root;
pid ${root}/nginx.pid;
error_log ${root}/logs/error.log;
events { worker_connections 4096; }
rtmp { server {
  listen 127.0.0.1:${port};
  access_log off;
  chunk_size 65536;
  application relay { live on; push ${to}; }
} }
`,
  );
  const server = new Peer('nginx', ['-c', join(root, 'nginx.conf'), '-p', root]);
  await listening(port);
  const targets = names(count).flatMap((name) => ['--to', `rtmp://127.0.0.1:${port}/relay/${name}`]);
  const publisher = new Peer(process.execPath, [program, 'relay', '-q', from, ...targets]);
  return { ...workers([publisher, server]), pids: [workerOf(server)] };
};

/** The process that works for an nginx's master. */
function workerOf({ child: { pid = 0 } }: Peer): number {
  const [worker] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ');
  return Number(worker);
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `relay${i + 1}`);
}

function workers(peers: readonly Peer[]): RelayWorkers {
  return {
    pids: peers.map(({ child }) => child.pid ?? 0),
    stop: async () => {
      await Promise.all(peers.map((peer) => peer.stop()));
    },
  };
}
