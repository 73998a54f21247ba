// English: all that the portal says. What another language lacks is an error of types.
import { clusters, cluster, newCluster, scaleFields } from "./clusters.ts";
import { common, counts, measures, states, tabs, things } from "./common.ts";
import { costParts, costs } from "./costs.ts";
import { events } from "./events.ts";
import { attempts, bulk, files, job, jobs, logs, metrics, newJob, spec } from "./jobs.ts";
import { clusterBar, overview } from "./overview.ts";
import { queue } from "./queue.ts";
import { runColumns, runComparison, runs } from "./runs.ts";
import { display, keys, noWorkspace, shell, signIn } from "./shell.ts";
import {
  sweep,
  sweepCurves,
  sweepDecisions,
  sweepEmpty,
  sweepOverview,
  sweeps,
  sweepTrials,
} from "./sweeps.ts";
import {
  backfill,
  firingEvents,
  firings,
  overlaps,
  pause,
  runTrigger,
  testTrigger,
  trigger,
  triggerOn,
  triggers,
} from "./triggers.ts";
import { workflow, workflowGraph, workflows } from "./workflows.ts";

export const en = {
  ...{
    attempts,
    backfill,
    bulk,
    cluster,
    clusterBar,
    clusters,
    common,
    costParts,
    costs,
    counts,
    display,
    events,
    files,
  },
  ...{ firingEvents, firings, job, jobs, keys, logs, measures, metrics, newCluster, newJob, noWorkspace },
  ...{ overlaps, overview, pause, queue, runColumns, runComparison, runs, runTrigger, scaleFields, shell },
  ...{ signIn, spec, states, sweep, sweepCurves, sweepDecisions, sweepEmpty, sweepOverview, sweeps },
  ...{
    sweepTrials,
    tabs,
    testTrigger,
    things,
    trigger,
    triggerOn,
    triggers,
    workflow,
    workflowGraph,
    workflows,
  },
};
