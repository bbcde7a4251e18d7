import type { CommandEvent } from '../events.js';
import type { TimedData } from '../flow/data-supply.js';
import { parseDataLine } from './data-line.js';
import { LineSplitter, type TextLine } from './line-splitter.js';
import { WarningGate } from './warning-gate.js';

const MAX_LINE_BYTES = 256 * 1024;
/** So much may wait for its time; more is read when there is room. */
const MAX_WAITING = 1_000;
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/** Data messages as they are read from lines, until their time has come. Lines that are of no use are reported. */
export class PendingData {
  readonly #name: string;
  readonly #gate: WarningGate;
  readonly #splitter = new LineSplitter(MAX_LINE_BYTES);
  /** By their times; those without one come first. */
  #waiting: TimedData[] = [];
  #waitingBytes = 0;

  /** @param name of the text, for warnings */
  constructor(name: string, report: (event: CommandEvent) => void) {
    this.#name = name;
    this.#gate = new WarningGate(report);
  }

  get isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING || this.#waitingBytes >= MAX_WAITING_BYTES;
  }

  /** Of the last message that waits for its time; -Infinity when none does. */
  get newestMs(): number {
    return this.#waiting.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
  }

  hasDue(positionMs: number): boolean {
    const [first] = this.#waiting;
    return first !== undefined && isDue(first, positionMs);
  }

  receive(bytes: Uint8Array): void {
    this.#read(this.#splitter.receive(bytes));
  }

  /** The text is over. */
  end(): void {
    this.#read(this.#splitter.end());
  }

  /** The text is over before its end. */
  fail(error: Error): void {
    const message = `${this.#name}: no more data can be read (${error.message})`;
    this.#gate.report({ event: 'warning', code: 'WARN_DATA_INPUT', message });
  }

  takeDue(positionMs: number): readonly TimedData[] {
    const later = this.#waiting.findIndex((data) => !isDue(data, positionMs));
    const due = this.#waiting.splice(0, later < 0 ? this.#waiting.length : later);
    for (const { body } of due) this.#waitingBytes -= body.length;
    return due;
  }

  close(): void {
    this.#waiting = [];
    this.#gate.close();
  }

  #read(lines: readonly TextLine[]): void {
    for (const { number, text } of lines) {
      const line = text === undefined ? { fault: `it is longer than ${MAX_LINE_BYTES} bytes` } : parseLine(text);
      if (line === undefined) continue;
      if ('fault' in line) {
        const message = `${this.#name} line ${number} is left out: ${line.fault}`;
        this.#gate.report({ event: 'warning', code: 'WARN_DATA_LINE', message });
      } else {
        this.#add(line.data);
      }
    }
  }

  #add(data: TimedData): void {
    const timeMs = timeOf(data);
    const before = this.#waiting.findLastIndex((other) => timeOf(other) <= timeMs);
    this.#waiting.splice(before + 1, 0, data);
    this.#waitingBytes += data.body.length;
  }
}

/** `undefined` for a blank line. */
function parseLine(text: string): ReturnType<typeof parseDataLine> | undefined {
  const line = text.trim(); // of a byte order mark, too
  return line === '' ? undefined : parseDataLine(line);
}

function timeOf({ atMs }: TimedData): number {
  return atMs ?? Number.NEGATIVE_INFINITY;
}

function isDue(data: TimedData, positionMs: number): boolean {
  return timeOf(data) <= positionMs;
}
