import type { ValueParser } from './value-parser.js';

const BYTES_PER_UNIT: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };
const PATTERN = /^(\d+(?:\.\d+)?|\.\d+)([kmgt]?)(?:i?b)?$/i;

/** `10M`, `1.5G` as whole bytes; the units are powers of 1024, as for curl and the GNU tools. */
export const size: ValueParser<number> = {
  expected: 'a size such as 500K, 10M or 1.5G',
  parse: (text) => {
    const [, number, unit] = PATTERN.exec(text) ?? [];
    const bytesPerUnit = BYTES_PER_UNIT[unit?.toLowerCase() ?? ''];
    if (number === undefined || bytesPerUnit === undefined) {
      return undefined;
    }
    const sizeBytes = Math.round(Number(number) * bytesPerUnit);
    return sizeBytes > 0 && Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined;
  },
};

const LEAST_FILE_BYTES = 128 * 1024;

/** Of a recording: what it has around its media takes up to 64 KiB. */
export const fileSize: ValueParser<number> = {
  expected: `${size.expected}, of 128K or more`,
  parse: (text) => {
    const sizeBytes = size.parse(text);
    return sizeBytes === undefined || sizeBytes < LEAST_FILE_BYTES ? undefined : sizeBytes;
  },
};
