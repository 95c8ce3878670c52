import type { SessionIdentity } from './session-types.ts';
import type { Tabs } from './tabs.ts';

/**
 * The session as stored for all tabs and for reloads: the signed-in user, the reason why the session ended, or a sign-out that the
 * server has not confirmed yet (`signOutPending`). Contains no secret, and no user name after the sign-out.
 */
export type Marker =
  | (SessionIdentity & { readonly ended?: never; readonly signOutPending?: never })
  | { readonly user?: never; readonly session?: never; readonly ended?: string; readonly signOutPending?: true }
  | undefined;

/** Stores the marker in the storage that the tabs share. If the storage is blocked or full, the marker lasts as long as the page. */
export function createMarkerStore(key: string, { storage }: Tabs) {
  let own: Marker;
  let shared = storage;
  return {
    read(): Marker {
      try {
        if (shared) own = parse(shared.getItem(key));
      } catch {
        shared = undefined;
      }
      return own;
    },
    write(marker: Marker): void {
      own = marker;
      try {
        if (marker) shared?.setItem(key, JSON.stringify(marker));
        else shared?.removeItem(key);
      } catch {
        shared = undefined;
      }
    },
  };
}

/** Parses a stored marker. Returns `undefined` for invalid values, for example from another version of the page. */
function parse(text: string | null): Marker {
  try {
    const { user, session, ended, signOutPending } = JSON.parse(text ?? '{}') as Record<string, unknown>;
    if (typeof user === 'string' && typeof session === 'string') return { user, session };
    if (typeof ended === 'string') return { ended };
    return signOutPending === true ? { signOutPending } : undefined;
  } catch {
    return undefined;
  }
}
