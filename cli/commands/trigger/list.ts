import { all } from "../../../client/paging.ts";
import { command } from "../../command.ts";
import { printAll, printing } from "../../output/print.ts";
import { kindOf, triggerColumns } from "../../output/trigger-columns.ts";
import { inWorkspace, openService, workspaceRef } from "../../service.ts";
import type { Noun } from "../../trigger-options.ts";

export const triggerList = (noun: Noun) =>
  command({
    examples: [`${noun} list -w lab`],
    options: { ...inWorkspace, ...printing },
    async run(given, context) {
      const service = await openService(given, context);
      const found = await all(service.client.triggers.list(workspaceRef(service, given)));
      const shown = found.filter((trigger) => noun === "trigger" || kindOf(trigger) === noun);
      await printAll(shown, triggerColumns(context.now()), given, context);
    },
  });
