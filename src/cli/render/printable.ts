/** Text that cannot move the cursor, change colours or hide itself, whatever a peer or a file wrote into it. */
export function printable(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
