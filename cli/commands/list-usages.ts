import { all } from "../../client/paging.ts";
import { command } from "../command.ts";
import { usageError } from "../failure.ts";
import { text } from "../options.ts";
import { usageColumns } from "../output/columns.ts";
import { printAll, printing } from "../output/print.ts";
import { ofService, openService } from "../service.ts";

/** `usage show` is its name in the first versions of `az batchai`, `list-usages` in the last. */
export const listUsages = (name: "list-usages" | "usage list" | "usage show") =>
  command({
    examples: [`${name} -l eastus -o table`],
    options: {
      ...ofService,
      location: text(
        "-l, --location <region>",
        "the region (default: the local cloud's, or $BATCHAI_LOCATION)",
      ),
      ...printing,
    },
    async run(given, context) {
      const { client, subscriptionId, ...service } = await openService(given, context);
      const location = given.location ?? service.location;
      if (location === undefined) throw usageError("Name the region with -l, or set BATCHAI_LOCATION.");
      await printAll(await all(client.usages(subscriptionId, location)), usageColumns, given, context);
    },
  });
