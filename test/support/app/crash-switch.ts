// Processes of the app's world that die.
import { resourceKinds, rowOf } from "../../../domain/resources.ts";
import type { ResourceKind } from "../../../domain/resources.ts";
import type { Collections, State } from "../../../services/state.ts";

/** Lets the process die at the n-th call of a service: that call and all later ones fail, until the crash is over. */
export function crashSwitch() {
  let left = Number.POSITIVE_INFINITY;
  return {
    crashAt(step: number): void {
      left = step;
    },
    /** Ends the crash; true when it never came. */
    crashOver(): boolean {
      const unharmed = left > 0;
      left = Number.POSITIVE_INFINITY;
      return unharmed;
    },
    async withoutCrash<Result>(work: () => Promise<Result>): Promise<Result> {
      const kept = left;
      left = Number.POSITIVE_INFINITY;
      const result = await work();
      left = kept;
      return result;
    },
    guard<Service extends object>(service: Service): Service {
      const guarded = Object.entries(service).map(([name, member]: [string, unknown]) => [
        name,
        typeof member !== "function"
          ? member
          : async (...given: unknown[]) => {
              left -= 1;
              if (left <= 0) throw new Error("the process died");
              return (member as (...given: unknown[]) => unknown)(...given);
            },
      ]);
      return Object.fromEntries(guarded) as Service;
    },
  };
}

export function guardedState(
  state: State,
  guard: <Service extends object>(service: Service) => Service,
): State {
  const ofKind = <Kind extends ResourceKind>(kind: Kind) => {
    const collection = state.of(kind);
    // Calls no service.
    return {
      ...guard(collection),
      seen: (ref: Parameters<typeof collection.seen>[0]) => collection.seen(ref),
    };
  };
  const collections = resourceKinds.map((kind) => [rowOf(kind).collection, ofKind(kind)]);
  return {
    ...guard(state),
    ...(Object.fromEntries(collections) as Collections),
    of: ofKind,
    activeJobs: guard(state.activeJobs),
  };
}
