import { command } from "../../command.ts";
import { confirmed, confirming } from "../../confirmation.ts";
import { openService, sweepRef } from "../../service.ts";
import { ofSweep } from "../../sweep-options.ts";

export const sweepDelete = command({
  examples: ["sweep delete -w lab -e digits -n rates -y"],
  options: { ...ofSweep, ...confirming },
  async run(given, context) {
    confirmed(given, `This deletes the sweep '${given.name}', its jobs and its metrics; their output stays.`);
    const service = await openService(given, context);
    await service.client.sweeps.delete(sweepRef(service, given, given.name), { wait: given.wait });
  },
});
