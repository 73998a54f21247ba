import { JobRequest } from "../../../domain/job/schema.ts";
import { overlaps } from "../../../domain/trigger/schema.ts";
import { command } from "../../command.ts";
import { required, text } from "../../options.ts";
import { printing } from "../../output/print.ts";
import { experimentRef, inExperiment, openService, triggerRef } from "../../service.ts";
import { withJobOptions } from "../../spec/job-template.ts";
import { readSpec } from "../../spec/read-spec.ts";
import { accountOf, storageOptions } from "../../spec/storage-options.ts";
import { printSaved } from "./create.ts";

export const scheduleCreate = command({
  examples: [
    'schedule create -w lab -e digits -n nightly --cron "30 2 * * mon-fri" --time-zone Europe/Berlin -c nodes -f job.json',
  ],
  options: {
    ...inExperiment,
    name: required(text("-n, --name <name>", "its name")),
    cron: required(text("--cron <expression>", "five fields, or six with seconds first")),
    timeZone: text("--time-zone <zone>", "of the IANA database, such as Europe/Berlin (default: UTC)"),
    start: text("--start <time>", "not before, such as 2026-11-01T00:00:00Z"),
    end: text("--end <time>", "not at or after"),
    catchup: text("--catchup <how>", "times that were missed: none, last or all (default: last)"),
    overlap: text("--overlap <how>", `while its last job goes on: ${overlaps.join(", ")} (default: skip)`),
    cluster: text("-c, --cluster <name>", "cluster of its jobs, by its name or ARM id; before the file's"),
    file: required(text("-f, --config-file <file>", "job.json or .yaml, which may say {fireTime}")),
    ...storageOptions,
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const account = accountOf(given, service);
    const { experiment } = experimentRef(service, given);
    const { properties } = await readSpec(given.file, context, account, JobRequest);
    const job = { properties: await withJobOptions(service, given, account, properties) };
    const { cron, timeZone, start, end, catchup, overlap } = given;
    const body = {
      properties: {
        on: { schedule: { cron, timeZone, start, end, catchup } },
        overlap,
        action: { experiment, job },
      },
    };
    const saved = await service.client.triggers.create(triggerRef(service, given, given.name), body);
    await printSaved(saved, service, given, context);
  },
});
