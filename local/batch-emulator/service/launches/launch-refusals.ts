// Why a command that was accepted cannot run on its node. The service finds out at the same moment, so it is a failure before
// the command, never a refusal of the request: clients write tests and scripts against pools that they do not have here.
import type { Launch, LaunchFailure } from "../../agent/executor.ts";
import type { AccountState } from "../account/account-state.ts";
import { isWindows } from "../checks/machine-checks.ts";
import type { Node } from "../entities/model.ts";
import { containerRefusal } from "./containers.ts";

const failure = (code: string, message: string, reason: string): LaunchFailure => ({
  category: "UserError",
  code,
  message,
  details: [{ name: "Reason", value: reason }],
});

/** Undefined when the node can run it. */
export function launchRefusal(account: AccountState, node: Node, launch: Launch): LaunchFailure | undefined {
  const { spec } = node.pool;
  if (isWindows(spec))
    return failure(
      "CommandLaunchFailed",
      "The command cannot run: the pool's nodes are Windows, and the emulator only simulates those.",
      "Its nodes are folders of this machine. Use a Linux image to run commands",
    );
  if (launch.user !== undefined && !(spec.userAccounts ?? []).some((user) => user.name === launch.user))
    return failure(
      "TaskSchedulingConstraintFailed",
      "The task cannot be run on its node.",
      `The user used to run the task is not found: '${launch.user}' is not among the pool's userAccounts`,
    );
  return containerRefusal(account, node, launch);
}
