import { CliRuns, type CliServer } from '../cli.js';
import { RawClient } from '../raw-client.js';
import { ServerStation } from './server-station.js';

const [APP, NAME] = ['live', 'key'];

/** A stream on our own server, as it is built. */
export class ServeStation extends ServerStation {
  readonly #runs = new CliRuns();
  #server: CliServer;

  private constructor(runs: CliRuns, server: CliServer) {
    super(APP, NAME);
    this.#runs = runs;
    this.#server = server;
  }

  static async open(): Promise<ServeStation> {
    const runs = new CliRuns();
    return new ServeStation(runs, await start(runs));
  }

  get port(): number {
    return this.#server.port;
  }

  /** There is nothing to play on our server before somebody has published it: a publisher that goes without a word leaves a place. */
  override async watch(): Promise<void> {
    const ghost = await RawClient.publish(this.port, APP, NAME);
    await super.watch();
    ghost.reset();
    await this.#server.run.event('ended', ({ role }) => role === 'connection');
  }

  async kill(): Promise<void> {
    this.#server.run.kill('SIGKILL');
    await this.#server.run.exit();
  }

  async restart(): Promise<void> {
    this.#server = await start(this.#runs);
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#runs.stopAll();
  }
}

function start(runs: CliRuns): Promise<CliServer> {
  return runs.serve('--grace', '60s');
}
