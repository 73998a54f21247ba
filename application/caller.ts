// Who asks for something, as the events of a resource tell it: a person through the API, or the service itself. Whether
// they may is decided before they come here.
import type { Who } from "../domain/access/held.ts";
import type { MadeBy } from "../domain/shared/made-by.ts";
import type { StartedBy } from "../domain/shared/started-by.ts";
import { timestamp } from "../services/clock.ts";
import type { Services } from "../services/services.ts";
import type { Change } from "../services/state.ts";

export interface Caller {
  /** Subject of the token, or `service`. */
  readonly actor: string;
  /** How people know the actor. */
  readonly name?: string | undefined;
  /** What made them ask: `request:GUID`, `operation:GUID` or the id of a resource. */
  readonly link: string;
  /** Of a trigger that acts for somebody: kept with the job or the sweep that it makes. */
  readonly startedBy?: StartedBy;
  /** Of the service where it makes what somebody else asked for. */
  readonly madeBy?: MadeBy | undefined;
  /** Whose rights count for what a request refers to. Absent: the service itself, whose work was allowed when it was asked for. */
  readonly who?: Who | undefined;
}

/** The actor of what nobody asked for in particular. */
export const service = "service";

/** Whose what the caller makes is. */
export function makerOf({ actor, name, madeBy }: Caller): MadeBy {
  return madeBy ?? { actor, ...(name === undefined ? {} : { name }) };
}

export function changeBy(
  services: Pick<Services, "clock">,
  { actor, name, link }: Caller,
  cause: string,
): Change {
  return {
    time: timestamp(services.clock),
    actor,
    ...(name === undefined ? {} : { actorName: name }),
    cause,
    link,
  };
}
