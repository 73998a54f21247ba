// `batchai prices`: what a node costs by the service's tables. What is not in them is not known, and said so.
import { all } from "../../client/paging.ts";
import { noPriceSentence } from "../../domain/price/cost.ts";
import { spelledSize } from "../../domain/cluster/vm-size.ts";
import { command } from "../command.ts";
import { usageError } from "../failure.ts";
import { text, texts } from "../options.ts";
import { priceColumns } from "../output/columns.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printAll, printing } from "../output/print.ts";
import { ofService, openService } from "../service.ts";

export const prices = command({
  examples: ["prices -o table", "prices --size STANDARD_NC4AS_T4_V3 --region eastus"],
  options: {
    ...ofService,
    size: texts("--size <size>", "only this VM size; may be repeated"),
    region: text("--region <region>", "the region (default: the service's, or $BATCHAI_LOCATION)"),
    ...printing,
  },
  async run(given, context) {
    const { client, subscriptionId, ...service } = await openService(given, context);
    const location = given.region ?? service.location;
    if (location === undefined) throw usageError("Name the region with --region, or set BATCHAI_LOCATION.");
    const known = await all(client.prices(subscriptionId, location, given.size));
    await printAll(known, priceColumns, given, context);
    const unknown = given.size.filter((size) => !known.some(({ vmSize }) => vmSize === spelledSize(size)));
    for (const size of unknown) context.err(`${noPriceSentence(size, location)}\n`);
    return unknown.length === 0 ? exitCodes.ok : exitCodes.notFound;
  },
});
