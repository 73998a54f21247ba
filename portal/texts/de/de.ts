// German.
import type { Texts } from "../texts.ts";
import { cluster, clusters, newCluster, scaleFields } from "./clusters.ts";
import { common, counts, measures, states, tabs, things } from "./common.ts";
import { costParts, costs } from "./costs.ts";
import { attempts, bulk, files, job, jobs, logs, metrics, newJob, spec } from "./jobs.ts";
import { runColumns, runComparison, runs } from "./runs.ts";
import { clusterBar, display, events, keys, noWorkspace, overview, queue, shell, signIn } from "./shell.ts";
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

export const de: Texts = {
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
