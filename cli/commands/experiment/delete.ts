import { command } from "../../command.ts";
import { confirmed, confirming } from "../../confirmation.ts";
import { required, text } from "../../options.ts";
import { experimentRef, inWorkspace, openService } from "../../service.ts";

export const experimentDelete = command({
  examples: ["experiment delete -w lab -n digits -y"],
  options: { ...inWorkspace, name: required(text("-n, --name <name>", "its name")), ...confirming },
  async run(given, context) {
    confirmed(given, `This deletes the experiment '${given.name}' and its jobs.`);
    const service = await openService(given, context);
    await service.client.experiments.delete(experimentRef(service, { ...given, experiment: given.name }), {
      wait: given.wait,
    });
  },
});
