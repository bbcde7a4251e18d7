import { version } from './version.js';

// What scripts ask for most often is answered before anything else is loaded.
const argv = process.argv.slice(2);
if (argv.length === 1 && argv[0] === '--version') {
  process.stdout.write(`${version()}\n`);
} else {
  const { runProcess } = await import('./process.js');
  await runProcess(argv);
}
