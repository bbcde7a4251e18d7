/** A program in a process group of its own, which what a terminal tells ours does not reach past us. */
interface RunningProgram {
  pause(): void;
  goOn(): void;
}

const running = new Set<RunningProgram>();

/** @returns what is to be called when it has ended */
export function nowRuns(program: RunningProgram): () => void {
  running.add(program);
  return () => running.delete(program);
}

/** Stops all programs that this process runs, as Ctrl-Z stops the process itself: a camera would go on, and nobody take its pictures. */
export function pausePrograms(): void {
  for (const program of running) program.pause();
}

export function resumePrograms(): void {
  for (const program of running) program.goOn();
}
