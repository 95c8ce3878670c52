import type { Person } from './session-types.ts';
import type { Tabs } from './tabs.ts';

/**
 * What all tabs know of the session, and a reload finds: who is signed in; or why nobody is any more; or that somebody signed out
 * and the server has still to be told. Names nobody who is not signed in, and holds no secret.
 */
export type Marker = Person | { readonly ended: string } | { readonly untold: true } | undefined;

export function isPerson(marker: Marker): marker is Person {
  return marker !== undefined && 'user' in marker;
}

export interface MarkerStore {
  read(): Marker;
  write(marker: Marker): void;
}

/** Keeps the marker in the tabs' storage. Where that is forbidden or full, it lasts as long as the page. */
export function createMarkerStore(key: string, { storage }: Tabs): MarkerStore {
  let own: Marker;
  let shared = storage;
  return {
    read() {
      try {
        if (shared) own = parse(shared.getItem(key));
      } catch {
        shared = undefined;
      }
      return own;
    },
    write(marker) {
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

/** What another version of the page wrote there, or somebody by hand, is nothing. */
function parse(text: string | null): Marker {
  try {
    const { user, session, ended, untold } = JSON.parse(text ?? '{}') as Record<string, unknown>;
    if (typeof user === 'string' && typeof session === 'string') return { user, session };
    if (typeof ended === 'string') return { ended };
    return untold === true ? { untold } : undefined;
  } catch {
    return undefined;
  }
}
