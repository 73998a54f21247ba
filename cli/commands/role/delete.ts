import { command } from "../../command.ts";
import { required, text } from "../../options.ts";
import { inScope, scopeOf } from "../../role-scope.ts";
import { openService } from "../../service.ts";

export const roleDelete = command({
  examples: ["role assignment delete -w lab -n submitter-5c0b9f7e-2a51-4c4e-9c3a-1d2f3a4b5c6d"],
  options: {
    ...inScope,
    name: required(text("-n, --name <name>", "of the assignment, as `list` shows it")),
  },
  async run(given, context) {
    const service = await openService(given, context);
    await service.client.roleAssignments.delete(scopeOf(service, given), given.name);
  },
});
