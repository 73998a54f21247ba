// Events of resources as the pages show them, and what the life of a job looked like.
export interface EventWire {
  readonly id: string;
  readonly properties: {
    readonly time: string;
    readonly actor: string;
    readonly actorName?: string;
    readonly cause: string;
    readonly link?: string;
    readonly state?: string;
    readonly from?: string;
    readonly to?: string;
    readonly errors?: readonly { readonly code: string; readonly message: string }[];
  };
}

export interface Stage {
  readonly state: string;
  readonly since: string;
  /** Absent for the one that lasts. */
  readonly until: string | undefined;
}

/** The states a job went through, in their order. A job that ended stays so: its last state has no length. */
export function stagesOf(events: readonly EventWire[]): readonly Stage[] {
  const moves = events
    .map(({ properties }) => properties)
    .filter(({ state, to }) => state === "executionState" && to !== undefined);
  return moves.map(({ to = "", time }, index) => ({ state: to, since: time, until: moves[index + 1]?.time }));
}

export function newestFirst(events: readonly EventWire[]): readonly EventWire[] {
  return events.toSorted((a, b) =>
    a.properties.time < b.properties.time ? 1 : a.properties.time > b.properties.time ? -1 : 0,
  );
}

/** `jobs/first` of `…/workspaces/lab/experiments/e/jobs/first/events/…` */
export function subjectOf({ id }: EventWire): { readonly kind: string; readonly name: string } {
  const [kind = "", name = ""] = id.slice(0, id.lastIndexOf("/events/")).split("/").slice(-2);
  return { kind: kind.replace(/s$/, ""), name };
}
