import { type Status, statusObject } from '../../session/status.js';
import { type Command, command } from '../command.js';

/** onStatus (RTMP 7.2.2): tells the other side how its stream is doing. Its transaction id is 0; some servers send another. */
export function onStatusCommand(status: Status): Command {
  return command('onStatus', 0, null, statusObject(status));
}
