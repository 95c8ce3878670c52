/** The operations and observations of the clients, in the order in which this process recorded them. */
export type Event =
  /** A request that changes a room. `text` is unique. Every attempt with the same key belongs to one operation. */
  | {
      readonly type: 'write';
      readonly op: number;
      readonly kind: 'send' | 'edit' | 'delete';
      readonly room: string;
      readonly user: string;
      readonly session: string;
      readonly key: string;
      readonly text: string;
      readonly phase: 'invoke';
    }
  /** The acknowledgment. A retry after a reconnect may be acknowledged in a later session than the first attempt. */
  | {
      readonly type: 'write';
      readonly op: number;
      readonly phase: 'ok';
      readonly seq: number;
      /** The session of the acknowledged attempt. */
      readonly session: string;
      /** How many events the history had when that attempt was sent. */
      readonly requestedAt: number;
    }
  /** The server rejected it: it has no effect. */
  | { readonly type: 'write'; readonly op: number; readonly phase: 'fail'; readonly code: string }
  /** There was no reply, or one that does not show whether the write had an effect. */
  | { readonly type: 'write'; readonly op: number; readonly phase: 'unknown' }
  /** A member was added to or removed from a room. `op` identifies the operation. */
  | {
      readonly type: 'membership';
      readonly op: number;
      readonly kind: 'add' | 'remove';
      readonly room: string;
      readonly user: string;
      readonly phase: 'invoke' | 'ok' | 'unknown';
    }
  /** A session was ended. */
  | {
      readonly type: 'sign-out';
      readonly op: number;
      readonly session: string;
      /** `durable`: the session has ended, but not every node has confirmed it. */
      readonly phase: 'invoke' | 'ok' | 'durable' | 'unknown';
      readonly at: number;
    }
  | {
      readonly type: 'opened';
      readonly connection: number;
      readonly user: string;
      readonly session: string;
      readonly node: number;
      readonly ticket: number;
      /** How many events the history had when the handshake began. */
      readonly requestedAt: number;
    }
  | { readonly type: 'closed'; readonly connection: number; readonly code: number; readonly at: number }
  /** A join succeeded. `seq` is the last message before the live ones. */
  | {
      readonly type: 'joined';
      readonly connection: number;
      readonly room: string;
      /** The sequence number after which messages were requested, if any. */
      readonly after?: number;
      readonly recovery: 'fresh' | 'recovered' | 'gap';
      readonly seq: number;
      readonly more: boolean;
      readonly messages: readonly SeenMessage[];
    }
  /** The connection left the room, or a join failed: live delivery ends. */
  | { readonly type: 'left'; readonly connection: number; readonly room: string }
  | { readonly type: 'removed'; readonly connection: number; readonly room: string }
  /** A message that was delivered live. */
  | { readonly type: 'message'; readonly connection: number; readonly room: string; readonly message: SeenMessage }
  /** A page that was requested over the socket or over HTTP. */
  | {
      readonly type: 'page';
      readonly user: string;
      readonly session: string;
      readonly room: string;
      readonly messages: readonly SeenMessage[];
    }
  /** A fault began or ended. `node` is absent if it concerns all nodes. */
  | {
      readonly type: 'fault';
      readonly name: string;
      readonly node?: number;
      readonly phase: 'begin' | 'end';
      readonly at: number;
    };

/** The fields of a message that never change. */
export interface SeenMessage {
  readonly seq: number;
  readonly id: string;
  readonly from: string;
}

/** A message in the database at the end. */
export interface StoredMessage extends SeenMessage {
  readonly key: string;
}

/** A complete run. Times are monotonic milliseconds. */
export interface History {
  readonly events: readonly Event[];
  /** The messages of each room in the database at the end, by `seq`. */
  readonly rooms: ReadonlyMap<string, readonly StoredMessage[]>;
  /** How long a socket may stay open after the sign-out of its session completed, in milliseconds. */
  readonly closeBoundMs: number;
  /** When the run ended. */
  readonly endedAt: number;
}

/** Something that must never happen. */
export interface Violation {
  readonly rule: Rule;
  readonly text: string;
}

export type Rule =
  | 'an acknowledged message is stored exactly once'
  | 'the sequence of a room is contiguous'
  | 'every member receives the sequence of the database'
  | 'a removed member receives nothing'
  | 'an ended session does nothing'
  | 'a socket closes when its session has ended'
  | 'a ticket opens one socket';
