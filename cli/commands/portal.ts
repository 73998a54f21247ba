import { command } from "../command.ts";
import { ofService, openService } from "../service.ts";

export const portal = command({
  examples: ["portal"],
  options: { cloud: ofService.cloud },
  async run(given, context) {
    const { client } = await openService(given, context);
    context.out(`${await client.portalLink()}\n`);
  },
});
