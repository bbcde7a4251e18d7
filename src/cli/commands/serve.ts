import { Curtain } from '../curtain.js';
import { SERVE_HELP } from '../help.js';
import { SERVE_OPTIONS } from '../options/tables.js';
import { messageDisclosure } from '../options/verbosity.js';
import { defineCommand } from './command.js';

export const serveCommand = defineCommand({
  name: 'serve',
  options: SERVE_OPTIONS,
  maxOperands: 0,
  help: SERVE_HELP,
  endsBySignal: true,
  async prepare(resolved, _operands, world) {
    const { settings } = resolved;
    return {
      curtain: new Curtain(settings['show-keys']),
      start: async (signal) => {
        const serve = await world.commands.serve();
        return serve(
          {
            listen: settings.listen,
            gopCache: settings['gop-cache'],
            recordDirectory: settings.record,
            graceMs: settings.grace,
            drainMs: settings.drain,
            maxConnections: settings['max-connections'],
            maxConnectionsPerAddress: settings['max-connections-per-address'],
            maxMemoryBytes: settings['max-memory'],
            maxLatencyMs: settings['max-latency'],
            showKeys: settings['show-keys'],
            messages: messageDisclosure(resolved),
          },
          signal,
        );
      },
    };
  },
});
