// German.
import type { Texts } from "../texts.ts";
import * as clusters from "./clusters.ts";
import * as common from "./common.ts";
import * as costs from "./costs.ts";
import * as jobs from "./jobs.ts";
import * as runs from "./runs.ts";
import * as shell from "./shell.ts";
import * as sweeps from "./sweeps.ts";
import * as triggers from "./triggers.ts";
import * as workflows from "./workflows.ts";

export const de: Texts = {
  ...clusters,
  ...common,
  ...costs,
  ...jobs,
  ...runs,
  ...shell,
  ...sweeps,
  ...triggers,
  ...workflows,
};
