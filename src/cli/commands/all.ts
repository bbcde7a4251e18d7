import type { Command } from './command.js';
import { probeCommand } from './probe.js';
import { pullCommand } from './pull.js';
import { pushCommand } from './push.js';
import { relayCommand } from './relay.js';
import { serveCommand } from './serve.js';

export const COMMANDS: readonly Command[] = [pushCommand, pullCommand, probeCommand, relayCommand, serveCommand];
