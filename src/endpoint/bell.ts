/** Rings when something may have changed, for those who wait for it: each looks for himself, and waits for the next ring if not. */
export class Bell {
  #waiting: (() => void)[] = [];

  /** Resolves when it rings next. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  ring(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) {
      resolve();
    }
  }
}
