import { createHttpApi } from "../../../client/http-api.ts";
import { jobPages } from "../../../client/job-pages.ts";
import { command } from "../../command.ts";
import { jobColumns } from "../../output/columns.ts";
import { printing, printPages } from "../../output/print.ts";
import { experimentRef, inExperiment, servicePlace } from "../../service.ts";

export const jobList = command({
  examples: ["job list -w lab -e digits"],
  options: { ...inExperiment, ...printing },
  async run(given, context) {
    const { connection, ...place } = await servicePlace(given, context);
    const pages = jobPages(createHttpApi(connection), experimentRef(place, given));
    await printPages(pages, jobColumns, given, context);
  },
});
