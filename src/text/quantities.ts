const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3_600;

/** `0:04`, `12:34`, `1:02:03`. */
export function clock(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  const hours = Math.floor(seconds / SECONDS_PER_HOUR);
  const minutes = Math.floor((seconds % SECONDS_PER_HOUR) / SECONDS_PER_MINUTE);
  const two = (value: number): string => String(value).padStart(2, '0');
  const rest = two(seconds % SECONDS_PER_MINUTE);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** `850 ms`, `9.8 s`, `12:34`. */
export function span(durationMs: number): string {
  if (durationMs < 1_000) {
    return `${Math.round(durationMs)} ms`;
  }
  return durationMs < SECONDS_PER_MINUTE * 1_000 ? `${(durationMs / 1_000).toFixed(1)} s` : clock(durationMs);
}

/** `120 bytes`, `9.8 kB`, `1.2 GB`; powers of ten. */
export function volume(sizeBytes: number): string {
  return sizeBytes < 1_000 ? `${sizeBytes} bytes` : scaled(sizeBytes, ['bytes', 'kB', 'MB', 'GB', 'TB']);
}

/** `950 kbit/s`, `2.5 Mbit/s`. */
export function bitrate(rateKbps: number): string {
  return rateKbps < 1_000
    ? `${Math.round(rateKbps)} kbit/s`
    : scaled(rateKbps, ['kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']);
}

/** Of 1: `0.4%`, `12%`; what is there is never nothing. */
export function share(part: number): string {
  const percent = part * 100;
  return percent > 0 && percent < 0.1 ? 'under 0.1%' : `${percent.toFixed(percent < 9.95 ? 1 : 0)}%`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Local time, `14:03:22`. */
export function timeOfDay(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

function scaled(value: number, units: readonly string[]): string {
  let rest = value;
  let step = 0;
  while (rest >= 999.5 && step < units.length - 1) {
    rest /= 1_000;
    step += 1;
  }
  return `${rest.toFixed(rest < 99.95 ? 1 : 0)} ${units[step]}`;
}
