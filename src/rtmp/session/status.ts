import { type AmfObject, type AmfValue, amfObject, isAmfObject } from '../../amf/value.js';

/** The information object of `onStatus`, `_error` and connect's `_result` (RTMP 7.2.2). */
export interface Status {
  readonly level: 'status' | 'warning' | 'error';
  /** For example `NetStream.Publish.BadName`. */
  readonly code: string;
  readonly description: string;
}

/** The codes that servers and clients know (RTMP 7.2.2, E-RTMP, ActionScript). A peer may say others. */
export const StatusCode = {
  CallFailed: 'NetConnection.Call.Failed',
  ConnectSuccess: 'NetConnection.Connect.Success',
  ConnectRejected: 'NetConnection.Connect.Rejected',
  ConnectFailed: 'NetConnection.Connect.Failed',
  ConnectInvalidApp: 'NetConnection.Connect.InvalidApp',
  ConnectAppShutdown: 'NetConnection.Connect.AppShutdown',
  ConnectClosed: 'NetConnection.Connect.Closed',
  ConnectIdleTimeOut: 'NetConnection.Connect.IdleTimeOut',
  ConnectReconnectRequest: 'NetConnection.Connect.ReconnectRequest',
  Failed: 'NetStream.Failed',
  PublishStart: 'NetStream.Publish.Start',
  PublishBadName: 'NetStream.Publish.BadName',
  PublishDenied: 'NetStream.Publish.Denied',
  PublishRejected: 'NetStream.Publish.Rejected',
  PublishUnauthorized: 'NetStream.Publish.Unauthorized',
  PublishIdle: 'NetStream.Publish.Idle',
  UnpublishSuccess: 'NetStream.Unpublish.Success',
  RecordStart: 'NetStream.Record.Start',
  RecordStop: 'NetStream.Record.Stop',
  RecordNoAccess: 'NetStream.Record.NoAccess',
  RecordFailed: 'NetStream.Record.Failed',
  PlayReset: 'NetStream.Play.Reset',
  PlayStart: 'NetStream.Play.Start',
  PlayStop: 'NetStream.Play.Stop',
  PlayComplete: 'NetStream.Play.Complete',
  PlayStreamNotFound: 'NetStream.Play.StreamNotFound',
  PlayFailed: 'NetStream.Play.Failed',
  PlayPublishNotify: 'NetStream.Play.PublishNotify',
  PlayUnpublishNotify: 'NetStream.Play.UnpublishNotify',
  PlaySwitch: 'NetStream.Play.Switch',
  PlayTransition: 'NetStream.Play.Transition',
  PlayTransitionComplete: 'NetStream.Play.TransitionComplete',
  PlayInsufficientBW: 'NetStream.Play.InsufficientBW',
  PlayFileStructureInvalid: 'NetStream.Play.FileStructureInvalid',
  PlayNoSupportedTrackFound: 'NetStream.Play.NoSupportedTrackFound',
  DataStart: 'NetStream.Data.Start',
  SeekNotify: 'NetStream.Seek.Notify',
  SeekFailed: 'NetStream.Seek.Failed',
  SeekInvalidTime: 'NetStream.Seek.InvalidTime',
  PauseNotify: 'NetStream.Pause.Notify',
  UnpauseNotify: 'NetStream.Unpause.Notify',
} as const;

export type StatusCode = (typeof StatusCode)[keyof typeof StatusCode];

/** A status that tells of a success or of something that happened. */
export function successStatus(code: StatusCode, description: string): Status {
  return { level: 'status', code, description };
}

/** A status that tells of a refusal or a failure. */
export function errorStatus(code: StatusCode, description: string): Status {
  return { level: 'error', code, description };
}

/** The information object of a status, in the order in which all servers send it. */
export function statusObject({ level, code, description }: Status): AmfObject {
  return amfObject({ level, code, description });
}

/**
 * The status that an information object tells. Servers leave out any part of it; some send only a text.
 *
 * @param fallbackLevel the level when none is given
 */
export function readStatus(information: AmfValue, fallbackLevel: Status['level']): Status {
  if (!isAmfObject(information)) {
    return { level: fallbackLevel, code: '', description: typeof information === 'string' ? information : '' };
  }
  const level = information.get('level');
  return {
    level: level === 'status' || level === 'warning' || level === 'error' ? level : fallbackLevel,
    code: textOrEmpty(information.get('code')),
    description: textOrEmpty(information.get('description')),
  };
}

function textOrEmpty(value: AmfValue): string {
  return typeof value === 'string' ? value : '';
}
