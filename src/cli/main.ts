import { quickAnswer } from './quick-answer.js';

// What scripts and people ask for most often is answered before anything else is loaded.
const argv = process.argv.slice(2);
const answer = quickAnswer(argv);
if (answer === undefined) {
  const { runProcess } = await import('./process.js');
  await runProcess(argv);
} else {
  process.stdout.on('error', async (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return; // who asked does not want to know any more
    const { tellLostAnswer } = await import('./lost-answer.js');
    process.exitCode = tellLostAnswer(error, process.stderr);
  });
  process.stdout.write(answer);
}
