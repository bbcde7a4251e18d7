import type { RelayPlace } from '../../events.js';
import type { Beat } from '../../flow/beat.js';
import type { ConnectionContext } from '../reconnection.js';

/** What all ends of a relay have in common. Its memory is that of all relays, so nobody may keep a tag. */
export interface RelayContext extends ConnectionContext {
  /** The relay, for events. */
  readonly place: RelayPlace;
  /** When sources are read, of all relays. */
  readonly beat: Beat;
  /** What should never happen has. */
  readonly onBug: (error: unknown) => void;
}
