import type { Player } from './player.js';
import type { Publisher } from './publisher.js';
import type { RoleEnd } from './stream-role.js';

/** What connections do, summed up. */
export interface RoleCounts {
  publishers: number;
  players: number;
  /** Tags that slow players missed. */
  droppedTags: number;
}

/** What one connection does with its message streams. */
export class Roles {
  /** By message stream id. */
  readonly #roles = new Map<number, Publisher | Player>();
  /** Of the roles that are over. */
  #droppedTags = 0;

  get isEmpty(): boolean {
    return this.#roles.size === 0;
  }

  get isSingle(): boolean {
    return this.#roles.size === 1;
  }

  /** Whether all it does is to pause. */
  get isPaused(): boolean {
    const roles = [...this.#roles.values()];
    return roles.length > 0 && roles.every((role) => role.kind === 'player' && role.isPaused);
  }

  /** Message stream ids; may be gone through while roles are dropped. */
  get streamIds(): readonly number[] {
    return [...this.#roles.keys()];
  }

  /** Adds those there are, and what all of them have missed. */
  countInto(sum: RoleCounts): void {
    sum.droppedTags += this.#droppedTags;
    for (const role of this.#roles.values()) {
      if (role.kind === 'publisher') sum.publishers++;
      else sum.players++;
      sum.droppedTags += role.droppedTags;
    }
  }

  publisher(streamId: number): Publisher | undefined {
    const role = this.#roles.get(streamId);
    return role?.kind === 'publisher' ? role : undefined;
  }

  player(streamId: number): Player | undefined {
    const role = this.#roles.get(streamId);
    return role?.kind === 'player' ? role : undefined;
  }

  add(streamId: number, role: Publisher | Player): void {
    this.#roles.set(streamId, role);
  }

  /** @returns whether there was one */
  drop(streamId: number, reason: string, end: RoleEnd): boolean {
    const role = this.#roles.get(streamId);
    if (role === undefined) {
      return false;
    }
    this.#roles.delete(streamId);
    role.close(reason, end);
    this.#droppedTags += role.droppedTags;
    return true;
  }

  /** The socket takes bytes again. */
  resumePlayers(): void {
    for (const role of this.#roles.values()) {
      if (role.kind === 'player') {
        role.resume();
      }
    }
  }
}
