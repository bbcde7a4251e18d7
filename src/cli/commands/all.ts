import type { Command } from './command.js';
import { pullCommand } from './pull.js';
import { pushCommand } from './push.js';
import { serveCommand } from './serve.js';

export const COMMANDS: readonly Command[] = [pushCommand, pullCommand, serveCommand];
