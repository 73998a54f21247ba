import { command } from "../../command.ts";
import { usageError } from "../../failure.ts";
import { hint } from "../../hints.ts";
import { required, text } from "../../options.ts";
import { workspaceColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { ofService, openService, workspaceRef } from "../../service.ts";

export const workspaceCreate = command({
  examples: ["workspace create -n lab"],
  options: {
    ...ofService,
    name: required(text("-n, --name <name>", "its name")),
    location: text(
      "-l, --location <region>",
      "where it is (default: the local cloud's, or $BATCHAI_LOCATION)",
    ),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const location = given.location ?? service.location;
    if (location === undefined) throw usageError("Name the region with -l, or set BATCHAI_LOCATION.");
    const ref = workspaceRef(service, { workspace: given.name });
    await printOne(
      await service.client.workspaces.create(ref, { location }),
      workspaceColumns,
      given,
      context,
    );
    hint(context, `cluster create -w ${given.name} -n nodes -s STANDARD_D2S_V3 -t 1`);
  },
});
