// The documents of one kind in an experiment, as this process saw them last. A look reads what was written since the look before, and sees
// whatever was there when somebody asked for it, whichever process wrote it. All of it is read only where nobody has kept it: a process that
// begins goes on from what another one has left. Nothing rests on it.
// Why it is so: docs/adr/0047-lists-of-jobs-come-from-a-view.md
import type { ExperimentDocument } from "../../domain/experiment/schema.ts";
import { idKey, refOf } from "../../domain/shared/resource-id.ts";
import type { Logger } from "../../services/logger.ts";
import { sharedCalls } from "../../services/shared-calls.ts";
import { leaveSnapshot, readView, usualLimits } from "./view-reader.ts";
import type { Kept, Reading, View, ViewKind, ViewLimits } from "./view-reader.ts";

export interface KeptViews<Item> {
  /** Undefined for more than is kept, and for an experiment that is being deleted, whose documents go unsaid. */
  look(experiment: ExperimentDocument, logger: Logger): Promise<View<Item> | undefined>;
  isKept(experiment: ExperimentDocument): boolean;
}

/** How long nobody tries again what was too large. */
const tooLargeMs = 3_600_000;

export function keptViews<Document, Item>(
  kind: ViewKind<Document, Item>,
  from: Pick<Reading<Document, Item>, "followed" | "snapshots" | "clock">,
  limits: ViewLimits = usualLimits,
): KeptViews<Item> {
  const kept = new Map<string, Kept<Item>>();
  const tooLarge = new Map<string, number>();
  const once = sharedCalls<View<Item> | undefined>();
  const reading: Reading<Document, Item> = { kind, limits, ...from };
  return {
    isKept: (experiment) => kept.get(idKey(refOf(experiment)))?.of === experiment.creationTime,
    async look(experiment, logger) {
      const { provisioningState, creationTime: of } = experiment;
      if (provisioningState === "deleting") return undefined;
      const ref = refOf<"experiment">(experiment);
      const key = idKey(ref);
      const name = `${key} ${of}`;
      if ((tooLarge.get(name) ?? 0) > from.clock.now()) return undefined;
      return once(name, async () => {
        const view = await readView(reading, { ref, of, before: kept.get(key), logger });
        kept.delete(key);
        if (view === undefined) {
          forgetOld(tooLarge, from.clock.now());
          tooLarge.set(name, from.clock.now() + tooLargeMs);
          return undefined;
        }
        // The one that was looked at last stands at the end, and stays.
        kept.set(key, view);
        forgetOldest(kept, limits.bytes);
        await leaveSnapshot(reading, ref, view, logger);
        return view;
      });
    },
  };
}

function forgetOld(tooLarge: Map<string, number>, now: number): void {
  for (const [name, until] of tooLarge) if (until <= now) tooLarge.delete(name);
}

function forgetOldest(kept: Map<string, { readonly bytes: number }>, most: number): void {
  let bytes = [...kept.values()].reduce((sum, view) => sum + view.bytes, 0);
  for (const [oldest, view] of kept) {
    if (kept.size === 1 || bytes <= most) return;
    kept.delete(oldest);
    bytes -= view.bytes;
  }
}
