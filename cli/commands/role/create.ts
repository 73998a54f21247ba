import { principalTypes } from "../../../domain/access/assignment.ts";
import { roles } from "../../../domain/shared/roles.ts";
import { command } from "../../command.ts";
import { required, text } from "../../options.ts";
import { roleColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { inScope, scopeOf } from "../../role-scope.ts";
import { openService } from "../../service.ts";

export const roleCreate = command({
  examples: [
    "role assignment create -w lab --role submitter --assignee-object-id 5c0b9f7e-2a51-4c4e-9c3a-1d2f3a4b5c6d",
    "role assignment create -w lab -e digits --role reader --assignee-object-id 5c0b9f7e-2a51-4c4e-9c3a-1d2f3a4b5c6d --assignee-principal-type Group",
  ],
  options: {
    ...inScope,
    role: required(text("--role <role>", roles.join(", "))),
    assignee: required(
      text(
        "--assignee-object-id <id>",
        "object id of a user, group or service principal in Microsoft Entra ID",
      ),
    ),
    type: text("--assignee-principal-type <type>", principalTypes.join(", "), "User"),
    name: text("-n, --name <name>", "of the assignment (default: made of role and object id)"),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const { role, assignee: principalId, type: principalType } = given;
    const name = given.name ?? `${role}-${principalId}`.toLowerCase();
    const properties = { principalId, principalType, role };
    const made = await service.client.roleAssignments.create(scopeOf(service, given), name, properties);
    await printOne(made, roleColumns, given, context);
  },
});
