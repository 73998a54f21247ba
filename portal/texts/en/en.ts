// English: all that the portal says. What another language lacks is an error of types. A name is that of one group of texts in all files.
import * as clusters from "./clusters.ts";
import * as common from "./common.ts";
import * as costs from "./costs.ts";
import * as events from "./events.ts";
import * as jobs from "./jobs.ts";
import * as overview from "./overview.ts";
import * as queue from "./queue.ts";
import * as runs from "./runs.ts";
import * as shell from "./shell.ts";
import * as sweeps from "./sweeps.ts";
import * as triggers from "./triggers.ts";
import * as workflows from "./workflows.ts";

export const en = {
  ...clusters,
  ...common,
  ...costs,
  ...events,
  ...jobs,
  ...overview,
  ...queue,
  ...runs,
  ...shell,
  ...sweeps,
  ...triggers,
  ...workflows,
};
