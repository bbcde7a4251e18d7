import type { Stage } from '../../errors.js';
import type {
  ConnectedEvent,
  ConnectingEvent,
  EndedEvent,
  ProtocolMessageEvent,
  RetryingEvent,
  StartedEvent,
  SwitchedEvent,
  WarningEvent,
} from '../../events.js';
import { clock, counted, span, volume } from '../../text/quantities.js';
import { deliveryWords, rateWords } from './outcome-words.js';

export type Tone = 'progress' | 'done' | 'warning';

/** One line for people, without colours. */
export interface Line {
  readonly tone: Tone;
  readonly text: string;
}

export const STAGE_NAME: Readonly<Record<Stage, string>> = {
  options: 'options',
  file: 'file',
  ffmpeg: 'FFmpeg',
  dns: 'name look-up',
  tcp: 'TCP connection',
  tls: 'TLS handshake',
  handshake: 'RTMP handshake',
  connect: 'RTMP connect',
  publish: 'publish',
  play: 'play',
  stream: 'stream',
  output: 'output',
};

export function describeStage({ stage, url }: ConnectingEvent): string {
  return `${STAGE_NAME[stage]}: ${url}`;
}

export function describeConnected(event: ConnectedEvent): Line[] {
  const { connection, address, port, handshake, software, url } = event;
  const host = address.includes(':') ? `[${address}]` : address;
  const details = [handshake === null ? '' : `${handshake} handshake`, software ?? ''].filter((text) => text !== '');
  const tail = details.length === 0 ? '' : ` (${details.join(', ')})`;
  const text =
    connection === undefined
      ? `connected to ${host}:${port}${tail}`
      : `#${connection} ${host}:${port} connects to ${url}${tail}`;
  return [{ tone: connection === undefined ? 'done' : 'progress', text }];
}

export function describeRetrying(event: RetryingEvent): Line[] {
  const { reason, peerWords } = event;
  const said = peerWords === undefined ? reason : `${reason} ("${peerWords}")`;
  return [{ tone: 'warning', text: `${said}; ${nextAttempt(event)}` }];
}

/** When it goes on, and how often it may. */
export function nextAttempt({ attempt, attempts, delayMs }: RetryingEvent): string {
  const which = attempts === null ? `attempt ${attempt}` : `attempt ${attempt} of ${Math.max(attempt, attempts)}`;
  return `trying again in ${span(delayMs)} (${which})`;
}

export function describeStarted(event: StartedEvent): Line[] {
  const lines = [...(event.listen ?? []).map(({ url }) => `listening on ${url}`)];
  if (event.playUrls !== undefined && event.url === undefined) {
    lines.push(`offering the stream here${lengthOf(event)}`);
  } else if (event.listen === undefined) {
    lines.push(`${prefix(event.connection)}${startedWords(event)}`);
  }
  lines.push(...(event.playUrls ?? []).map((url) => `play it from ${url}`));
  return lines.map((text) => ({ tone: 'progress', text }));
}

function startedWords(event: StartedEvent): string {
  const { role, url, output, connection } = event;
  const where = url === undefined ? '' : ` ${url}`;
  switch (role) {
    case 'publisher':
      return `${connection === undefined ? 'publishing' : 'publishes'}${where}${lengthOf(event)}`;
    case 'player':
    case 'recorder':
    case 'file':
      return output === undefined
        ? `${connection === undefined ? 'playing' : 'plays'}${where}`
        : `${writing(output, event.medium)}${lengthOf(event)}`;
    case 'server':
    case 'connection':
    case 'relay':
      return `started${where}`;
  }
}

function lengthOf({ durationMs }: StartedEvent): string {
  return typeof durationMs === 'number' ? `, ${span(durationMs)} of media` : '';
}

function writing(output: string, medium: StartedEvent['medium']): string {
  switch (medium) {
    case 'window':
      return `showing it in a window of ${output}`;
    case 'command':
      return `piping it into ${output}`;
    case 'data':
      return `writing data messages to ${output === '-' ? 'standard output' : output}`;
    case 'picture':
    case undefined:
      return output === '-' ? 'writing to standard output' : `writing ${output}`;
  }
}

export function describeSwitched({ input, inputNumber, inputCount }: SwitchedEvent): Line[] {
  return [{ tone: 'progress', text: `sending ${input} (${inputNumber} of ${inputCount})` }];
}

export function describeWarning({ message, advice, connection }: WarningEvent): Line[] {
  return [
    { tone: 'warning', text: `${prefix(connection)}warning: ${message}${advice === undefined ? '' : `; ${advice}`}` },
  ];
}

export function describeMessage(event: ProtocolMessageEvent): Line[] {
  const { connection, direction, type, name, transactionId, content, csid, streamId, timestampMs } = event;
  const head = [direction, type, name].filter((word) => word !== undefined).join(' ');
  const call = transactionId === undefined ? head : `${head}, transaction ${transactionId}`;
  const said = content === undefined ? call : `${call}: ${content}`;
  const where = `csid ${csid}, stream ${streamId}, ${timestampMs} ms, ${counted(event.sizeBytes, 'byte')}`;
  return [{ tone: 'progress', text: `${prefix(connection)}${said} (${where})` }];
}

export function describeEnded(event: EndedEvent): Line[] {
  const { connection, final, reason, skippedBytes = 0 } = event;
  const damage = skippedBytes > 0 ? [`${volume(skippedBytes)} damaged and left out`] : [];
  const text = [`${prefix(connection)}${endedWords(event)}: ${reason}`, ...deliveryWords(event), ...damage].join(', ');
  return [{ tone: final ? 'done' : 'progress', text }];
}

function endedWords(event: EndedEvent): string {
  const { role, connection, output, url, bytes, mediaBytes = bytes, durationMs, medium, parts = 1 } = event;
  // Of what is no recording, such as a picture, there is only a size.
  const amount = role === 'recorder' && durationMs === 0 ? volume(bytes) : `${span(durationMs)}, ${volume(bytes)}`;
  const rate = durationMs > 0 ? `, ${rateWords((mediaBytes * 8) / durationMs, event)}` : '';
  switch (role) {
    case 'publisher':
      return connection === undefined ? `sent ${amount}${rate}` : `published ${url ?? ''} for ${amount}${rate}`;
    case 'player':
    case 'recorder':
    case 'file':
      if (connection !== undefined && output === undefined) {
        return `played ${url ?? ''} for ${amount}${rate}`;
      }
      if (output === undefined || output === '-') {
        return `received ${amount}${rate}`;
      }
      if (medium === 'window' || medium === 'command') {
        return medium === 'window' ? `showed ${amount}${rate}` : `piped ${amount}${rate} into ${output}`;
      }
      if (bytes === 0) return `wrote nothing into ${output}`;
      return `wrote ${parts > 1 ? `${parts} parts of ` : ''}${output}, ${amount}${rate}`;
    case 'relay':
      return `relayed ${amount}${rate}`;
    case 'server':
      return `served for ${clock(durationMs)}, ${volume(bytes)}`;
    case 'connection':
      return `left after ${span(durationMs)}, ${volume(bytes)}`;
  }
}

function prefix(connection: number | undefined): string {
  return connection === undefined ? '' : `#${connection} `;
}
