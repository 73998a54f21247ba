import { command } from "../../command.ts";
import { hint } from "../../hints.ts";
import { required, text } from "../../options.ts";
import { printing, printParts } from "../../output/print.ts";
import { treeColumns, treeOf } from "../../output/workflow-columns.ts";
import { inWorkspace, openService, workspaceRef } from "../../service.ts";

export const ofWorkflow = {
  ...inWorkspace,
  name: required(text("-n, --name <id>", "its id, as `workflow list` shows it")),
};

export const workflowShow = command({
  examples: ["workflow show -w lab -n 0a1b2c3d4e5f60718293"],
  options: { ...ofWorkflow, ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = workspaceRef(service, given);
    const workflow = await service.client.workflows.get(ref, given.name);
    await printParts(workflow, { parts: treeOf(workflow), columns: treeColumns }, given, context);
    if (workflow.properties.state === "failed")
      hint(context, `workflow restart -w ${ref.workspace} -n ${workflow.name}`);
  },
});
