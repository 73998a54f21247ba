// The node setup as one file: what the start task of a pool runs is `node-setup.sh`, made of the parts in `setup/`, one
// subject each. Like the launcher it must stay a single file with no dependency.
import { nodeAccount } from "../domain/launch/node-account.ts";
import privateFiles from "./private.sh";
import sealed from "./sealed.sh";
import accounts from "./setup/accounts.sh";
import counters from "./setup/counters.sh";
import logins from "./setup/logins.sh";
import mounts from "./setup/mounts.sh";
import plan from "./setup/plan.sh";
import run from "./setup/run.sh";
import setupTask from "./setup/setup-task.sh";
import start from "./setup/start.sh";

/** Text of `node-setup.sh`. Order matters at the ends only. */
export const nodeSetup = [
  start,
  `sealed_account=${nodeAccount}`,
  sealed,
  privateFiles,
  plan,
  accounts,
  logins,
  mounts,
  counters,
  setupTask,
  run,
].join("\n");
