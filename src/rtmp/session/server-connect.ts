import { type AmfObject, amfObject } from '../../amf/value.js';
import { type Command, command } from '../message/command.js';
import { numberOf, textOf } from '../message/commands/arguments.js';
import type { Connect } from '../message/commands/connect.js';
import { CapsEx, MEDIA_CAPS_EX } from './caps-ex.js';
import type { ConnectRequest } from './events.js';
import { StatusCode, statusObject, successStatus } from './status.js';

/** What nginx-rtmp, Node-Media-Server and FFmpeg say too: some clients look for a Flash Media Server. */
const FMS_VERSION = 'FMS/3,0,1,123';
const CAPABILITIES = 31;

/** E-RTMP v2: of any codec we only pass on what comes. */
const ANY_FOUR_CC = '*';
const CAN_FORWARD = 0x04;

/** What a connect asks for; text that is missing is empty. */
export function readConnectRequest({ properties }: Connect): ConnectRequest {
  const tcUrl = textOf(properties.get('tcUrl')) ?? textOf(properties.get('tcurl')) ?? '';
  return {
    app: textOf(properties.get('app')) ?? '',
    tcUrl: tcUrl.replace(/^["']|["']$/g, ''), // seen with quotes around it
    flashVer: textOf(properties.get('flashVer')) ?? textOf(properties.get('flashver')) ?? '',
    objectEncoding: numberOf(properties.get('objectEncoding')) ?? 0,
    capsEx: numberOf(properties.get('capsEx')) ?? 0,
    properties,
  };
}

/**
 * The `_result` of connect (RTMP 7.2.1.1). Its objectEncoding is always 0: that keeps Flash clients on AMF0, which is
 * all that we send.
 */
export function connectResult(transactionId: number): Command {
  const information = statusObject(successStatus(StatusCode.ConnectSuccess, 'Connection succeeded.'));
  information.set('objectEncoding', 0);
  return command('_result', transactionId, serverProperties(), information);
}

function serverProperties(): AmfObject {
  return amfObject({
    fmsVer: FMS_VERSION,
    capabilities: CAPABILITIES,
    fourCcList: [ANY_FOUR_CC],
    videoFourCcInfoMap: amfObject({ [ANY_FOUR_CC]: CAN_FORWARD }),
    audioFourCcInfoMap: amfObject({ [ANY_FOUR_CC]: CAN_FORWARD }),
    capsEx: CapsEx.reconnect | MEDIA_CAPS_EX,
  });
}
