// Workflows on their pages: what a step is called, and where it stands in the drawing of its graph.
import type { WorkflowResponse, WorkflowStepResponse } from "../../domain/workflow/wire.ts";
import { ownVersion, writersOf } from "./command-lines.ts";
import { pages, workspacePath } from "./places.ts";
import type { Place } from "./places.ts";
import type { CommandLine } from "./request-lines.ts";

export const workflowsPath = (place: Place) => `${workspacePath(place)}/workflows`;
export const workflowPath = (place: Place, id: string) => `${workflowsPath(place)}/${encodeURIComponent(id)}`;

export const nameIn = (reference: { readonly id: string } | undefined) =>
  reference?.id.split("/").at(-1) ?? "";

/** The trigger that started it; of a first one that somebody made, itself. */
export const stepName = ({ trigger, job, sweep }: WorkflowStepResponse) =>
  nameIn(trigger ?? job ?? sweep) || "?";

/** The page of what a step started. */
export function startedPage(place: Place, { job, sweep }: WorkflowStepResponse): string | undefined {
  const { id } = job ?? sweep ?? {};
  if (id === undefined) return undefined;
  const [experiment = "", , name = ""] = id.split("/").slice(-3);
  return job === undefined ? pages.sweep(place, experiment, name) : pages.job(place, experiment, name);
}

export interface PlacedStep {
  readonly step: WorkflowStepResponse;
  /** How many steps are before it, from 0. */
  readonly layer: number;
  /** From the top, from 0. */
  readonly row: number;
  /** Id of the step before. */
  readonly after: string | undefined;
}

/** Layers from left to right; a step stands in the row of the first that follows it, so that a chain is a straight line. */
export function placed({ properties: { steps, edges } }: WorkflowResponse): {
  readonly all: readonly PlacedStep[];
  readonly layers: number;
  readonly rows: number;
} {
  const before = new Map(edges.map(({ from, to }) => [to, from]));
  const layers = new Map<string, number>();
  const continued = new Set<string>();
  const rowsOf = new Map<string, number>();
  let rows = 0;
  // The service tells each step behind the one that it follows.
  const all = steps.map((step): PlacedStep => {
    const after = before.get(step.id);
    const known = after === undefined ? undefined : layers.get(after);
    const layer = known === undefined ? 0 : known + 1;
    const goesOn = after !== undefined && known !== undefined && !continued.has(after);
    const row = goesOn ? (rowsOf.get(after) ?? 0) : rows++;
    if (after !== undefined) continued.add(after);
    layers.set(step.id, layer);
    rowsOf.set(step.id, row);
    return { step, layer, row, after: known === undefined ? undefined : after };
  });
  return { all, layers: Math.max(0, ...layers.values()) + 1, rows };
}

/** Which step the keys go to from one. */
export function neighbour(all: readonly PlacedStep[], id: string, key: string): string | undefined {
  const here = all.find(({ step }) => step.id === id);
  if (here === undefined) return undefined;
  const ids = (found: readonly PlacedStep[]) => found.map(({ step }) => step.id);
  const inLayer = ids(all.filter(({ layer }) => layer === here.layer).toSorted((a, b) => a.row - b.row));
  const at = inLayer.indexOf(id);
  const found: Readonly<Record<string, string | undefined>> = {
    ArrowLeft: here.after,
    ArrowRight: ids(all.filter(({ after }) => after === id))[0],
    ArrowUp: inLayer[at - 1],
    ArrowDown: inLayer[at + 1],
    Home: ids(all)[0],
    End: ids(all).at(-1),
  };
  return found[key];
}

export function workflowLines(place: Place, origin: string) {
  const { inWorkspace, both } = writersOf(place, origin);
  const version = ownVersion;
  return {
    workflows: (): CommandLine =>
      both(["workflow", "list", ...inWorkspace], "GET", workflowsPath(place), { version }),
    workflow: (id: string): CommandLine =>
      both(["workflow", "show", ...inWorkspace, "-n", id], "GET", workflowPath(place, id), { version }),
    /** @param steps empty: all that failed. */
    restart: (id: string, steps: readonly string[]): CommandLine =>
      both(
        ["workflow", "restart", ...inWorkspace, "-n", id, ...steps.flatMap((step) => ["--step", step])],
        "POST",
        `${workflowPath(place, id)}/restart`,
        { version, body: steps.length === 0 ? {} : { steps } },
      ),
  };
}
