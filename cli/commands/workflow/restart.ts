import { command } from "../../command.ts";
import { hint, notify } from "../../hints.ts";
import { text, texts } from "../../options.ts";
import { printing, printParts } from "../../output/print.ts";
import { treeColumns, treeOf } from "../../output/workflow-columns.ts";
import { openService, workspaceRef } from "../../service.ts";
import { ofWorkflow } from "./show.ts";

export const workflowRestart = command({
  examples: [
    "workflow restart -w lab -n 0a1b2c3d4e5f60718293",
    "workflow restart -w lab -n 0a1b2c3d4e5f60718293 --step 9f8e7d6c5b4a39281706 --id after-the-repair",
  ],
  options: {
    ...ofWorkflow,
    steps: texts("--step <id>", "only this step; may be given several times (default: all that failed)"),
    id: text("--id <id>", "names the restart: asking twice with the same is asking once"),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = workspaceRef(service, given);
    const { id, steps } = given;
    const asked = {
      ...(id === undefined ? {} : { id }),
      ...(steps.length === 0 ? {} : { steps: [...steps] }),
    };
    const { restarted, workflow } = await service.client.workflows.restart(ref, given.name, asked);
    await printParts(workflow, { parts: treeOf(workflow), columns: treeColumns }, given, context);
    if (restarted.length === 0) notify(context, "No step of it has failed; nothing was restarted.");
    hint(context, `workflow show -w ${ref.workspace} -n ${workflow.name}`);
  },
});
