import { readFileSync } from 'node:fs';

/** Behind the name of the program in `/proc/PID/stat` (proc_pid_stat(5)): our process group, and the one in front of our terminal. */
const PROCESS_GROUP = 2;
const FOREGROUND_GROUP = 5;
/** There is no such terminal. */
const NO_GROUP = '-1';

/** Whether the terminal is ours now, and not a shell's that runs us in the background. Where nobody can say so, it is. */
export function isInForeground(): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return saysForeground(readFileSync('/proc/self/stat', 'latin1'));
  } catch {
    return true; // there is no /proc here
  }
}

/** @param stat what `/proc/PID/stat` has to say */
export function saysForeground(stat: string): boolean {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // a program's name may hold spaces and brackets
  return fields[FOREGROUND_GROUP] === NO_GROUP || fields[FOREGROUND_GROUP] === fields[PROCESS_GROUP];
}
