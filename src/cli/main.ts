import { quickAnswer } from './quick-answer.js';

// What scripts and people ask for most often is answered before anything else is loaded.
const argv = process.argv.slice(2);
const answer = quickAnswer(argv);
if (answer === undefined) {
  const { runProcess } = await import('./process.js');
  await runProcess(argv);
} else {
  process.stdout.on('error', () => {}); // who asked does not want to know any more
  process.stdout.write(answer);
}
