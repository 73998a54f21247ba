import { command } from "../../command.ts";
import { confirmed, confirming } from "../../confirmation.ts";
import { required, text } from "../../options.ts";
import { inExperiment, jobRef, openService } from "../../service.ts";

export const jobTerminate = command({
  examples: ["job terminate -w lab -e digits -n first -y"],
  options: { ...inExperiment, name: required(text("-n, --name <name>", "its name")), ...confirming },
  async run(given, context) {
    confirmed(given, `This ends the job '${given.name}'.`);
    const service = await openService(given, context);
    await service.client.jobs.terminate(jobRef(service, given, given.name), { wait: given.wait });
  },
});
