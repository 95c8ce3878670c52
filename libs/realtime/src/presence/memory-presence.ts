import {
  above,
  better,
  type PresentStatus,
  type Presence,
  type PresenceChange,
  type PresenceList,
  type PresenceView,
  maxPresent,
  type Status,
} from './presence.ts';

interface NodeView {
  readonly node: string;
  live: Status;
  held: Status;
}

interface Person {
  status: PresentStatus;
  /** One view per node. */
  views: NodeView[];
}

interface PresentRoom {
  version: number;
  readonly people: Map<string, Person>;
}

/** In-memory presence for one node, or for several within one process. Each call completes synchronously. */
export function createMemoryPresence(): Presence {
  const rooms = new Map<string, PresentRoom>();
  /** The highest version of the rooms that were removed. */
  let highest = 0;

  function say(node: string, { room: name, user, live, held, left }: PresenceView): PresenceChange | undefined {
    const room = rooms.get(name) ?? { version: highest, people: new Map<string, Person>() };
    const person = room.people.get(user);
    const before: Status = person?.status ?? 'offline';
    const views = (person?.views ?? []).filter((view) => view.node !== node);
    if (left) for (const view of views) view.held = 'offline';
    views.push({ node, live, held });
    const best = views.reduce<Status>((most, view) => better(most, view.live), 'offline');
    for (const view of views) if (!above(view.held, best)) view.held = 'offline';
    const kept = views.filter((view) => view.live !== 'offline' || view.held !== 'offline');
    const after = kept.reduce<Status>((most, view) => better(most, view.held), best);

    if (after === 'offline') room.people.delete(user);
    else if (person === undefined) room.people.set(user, { status: after, views: kept });
    else Object.assign(person, { status: after, views: kept });
    if (before !== after) room.version++;
    if (room.people.size > 0) rooms.set(name, room);
    else forgetRoom(name, room);
    return before === after ? undefined : { room: name, user, before, after, version: room.version };
  }

  function forgetRoom(name: string, { version }: PresentRoom): void {
    highest = Math.max(highest, version);
    rooms.delete(name);
  }

  function list(name: string): PresenceList {
    const { version, people } = rooms.get(name) ?? { version: highest, people: new Map<string, Person>() };
    const present: { user: string; status: PresentStatus }[] = [];
    for (const [user, { status }] of people) {
      if (present.length >= maxPresent) break;
      present.push({ user, status });
    }
    return { version, total: people.size, present };
  }

  function set(node: string, views: readonly PresenceView[]): PresenceChange[] {
    return views.map((view) => say(node, view)).filter((change) => change !== undefined);
  }

  return {
    set: (node, views) => Promise.resolve(set(node, views)),
    list: (room) => Promise.resolve(list(room)),
    forget: (node) => {
      const views: PresenceView[] = [];
      for (const [room, { people }] of rooms) {
        for (const [user, person] of people) {
          if (!person.views.some((view) => view.node === node)) continue;
          views.push({ room, user, live: 'offline', held: 'offline', left: false });
        }
      }
      return Promise.resolve(set(node, views));
    },
  };
}
