import { command } from "../../command.ts";
import { confirmed, confirming } from "../../confirmation.ts";
import { required, text } from "../../options.ts";
import { inExperiment, jobRef, openService } from "../../service.ts";

export const jobDelete = command({
  examples: ["job delete -w lab -e digits -n first -y"],
  options: { ...inExperiment, name: required(text("-n, --name <name>", "its name")), ...confirming },
  async run(given, context) {
    confirmed(given, `This deletes the job '${given.name}', ending it when it runs; its output stays.`);
    const service = await openService(given, context);
    await service.client.jobs.delete(jobRef(service, given, given.name), { wait: given.wait });
  },
});
