import { command } from "../../command.ts";
import { confirmed } from "../../confirmation.ts";
import { flag } from "../../options.ts";
import { printing, printOne } from "../../output/print.ts";
import { secretColumns } from "../../output/trigger-columns.ts";
import { openService, triggerRef } from "../../service.ts";
import { ofTrigger } from "../../trigger-options.ts";

export const triggerRotateSecret = command({
  examples: ["trigger rotate-secret -w lab -n deploy -y"],
  options: { ...ofTrigger, yes: flag("-y, --yes", "yes, really"), ...printing },
  async run(given, context) {
    confirmed(given, `Webhooks that are signed with the secret of '${given.name}' are refused then.`);
    const service = await openService(given, context);
    const secret = await service.client.triggers.rotateSecret(triggerRef(service, given, given.name));
    await printOne(secret, secretColumns, given, context);
  },
});
