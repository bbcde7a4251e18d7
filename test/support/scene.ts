import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CliRun, CliRuns, type JsonEvent } from './cli.js';
import { type ClipShape, makeClip } from './clip.js';
import { Peer, type PeerOptions } from './peer.js';

export interface SceneServer {
  readonly run: CliRun;
  readonly port: number;
  /** Without app and stream name. */
  readonly url: string;
}

/** The programs of one test file, ours and foreign ones, and their files. Everything ends with it. */
export class Scene {
  readonly directory: string;
  readonly #runs = new CliRuns();
  readonly #peers: Peer[] = [];

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(): Promise<Scene> {
    return new Scene(await mkdtemp(join(tmpdir(), 'rtmpkit-interop-')));
  }

  file(name: string): string {
    return join(this.directory, name);
  }

  async clip(name: string, shape: ClipShape): Promise<string> {
    const path = this.file(name);
    await makeClip(path, shape);
    return path;
  }

  cli(...args: string[]): CliRun {
    return this.#runs.start(args);
  }

  /** The same with variables of the environment. */
  cliWith(env: Record<string, string>, ...args: string[]): CliRun {
    return this.#runs.start(args, { env });
  }

  /** Our server on a free port of the loopback. Its events name streams openly, so that tests can tell them apart. */
  serve(...args: string[]): Promise<SceneServer> {
    return this.#runs.serve('--show-keys', ...args);
  }

  /** Our publisher of a file, from the moment on at which the server has agreed. */
  async push(file: string, url: string, ...args: string[]): Promise<CliRun> {
    const run = this.cli('push', '--json', file, url, ...args);
    await run.event('started', ({ role }) => role === 'publisher');
    return run;
  }

  /** Our recorder, from the moment on at which the stream has started. */
  async pull(url: string, output: string, ...args: string[]): Promise<CliRun> {
    const run = this.cli('pull', '--json', url, output, ...args);
    await run.event('started');
    return run;
  }

  peer(command: string, args: readonly string[], options?: PeerOptions): Peer {
    return this.keep(new Peer(command, args, options));
  }

  /** Lets a peer end with the scene that was started elsewhere. */
  keep(peer: Peer): Peer {
    this.#peers.push(peer);
    return peer;
  }

  async close(): Promise<void> {
    await Promise.all([this.#runs.stopAll(), ...this.#peers.splice(0).map((peer) => peer.stop())]);
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** The event with which our server says that somebody publishes or plays a stream. */
export function startOf(server: SceneServer, role: 'publisher' | 'player', stream: string): Promise<JsonEvent> {
  return server.run.event('started', (event) => event['role'] === role && `${event['url']}`.endsWith(stream));
}

/** The event with which it says that this is over. */
export function endOf(server: SceneServer, role: 'publisher' | 'player', stream: string): Promise<JsonEvent> {
  return server.run.event('ended', (event) => event['role'] === role && `${event['url']}`.endsWith(stream));
}

/** The path of the recording that our server makes of a stream, when it is complete. The name must be no part of another's. */
export async function recordingOf(server: SceneServer, name: string): Promise<string> {
  const ended = await server.run.event(
    'ended',
    ({ role, output }) => role === 'recorder' && `${output}`.includes(name),
  );
  return `${ended['output']}`;
}
