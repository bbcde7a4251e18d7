const MOST_EDITS = 3;

/** The candidate that a misspelt word most likely means, if any is near. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const plain = normalize(word);
  let best: string | undefined;
  let fewest = Math.min(MOST_EDITS, Math.ceil(plain.length / 2)) + 1;
  for (const candidate of candidates) {
    const edits = editDistance(plain, normalize(candidate));
    if (edits < fewest) {
      best = candidate;
      fewest = edits;
    }
  }
  return best;
}

/** `maxQueue`, `max_queue` and `max-queue` are the same word. */
function normalize(word: string): string {
  return word
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}

function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
