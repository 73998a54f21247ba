// The launcher as one file: what compute nodes get is `launch.sh`, made of the parts in `launcher/`, one subject each. It
// must stay a single file with no dependency, because it is fetched by a node that has nothing yet.
import { nodeAccount } from "../domain/launch/node-account.ts";
import commands from "./launcher/commands.sh";
import containerProcesses from "./launcher/container-processes.sh";
import containers from "./launcher/containers.sh";
import directories from "./launcher/directories.sh";
import enter from "./launcher/enter.sh";
import end from "./launcher/end.sh";
import facts from "./launcher/facts.sh";
import forwarder from "./launcher/forwarder.sh";
import kept from "./launcher/kept.sh";
import logs from "./launcher/logs.sh";
import mounts from "./launcher/mounts.sh";
import notices from "./launcher/notices.sh";
import ownContainer from "./launcher/own-container.sh";
import packages from "./launcher/packages.sh";
import peers from "./launcher/peers.sh";
import plan from "./launcher/plan.sh";
import processes from "./launcher/processes.sh";
import receipt from "./launcher/receipt.sh";
import reproduction from "./launcher/reproduction.sh";
import secrets from "./launcher/secrets.sh";
import start from "./launcher/start.sh";
import tracking from "./launcher/tracking.sh";
import verbs from "./launcher/verbs.sh";
import watch from "./launcher/watch.sh";
import words from "./launcher/words.sh";
import { forwarderFiles } from "./forwarder.ts";
import privateFiles from "./private.sh";
import sealed from "./sealed.sh";

/** A function that writes the forwarder's files into the folder that it is given. */
const writeForwarder = [
  "write_forwarder() { # folder",
  ...Object.entries(forwarderFiles).flatMap(([name, text]) => [
    `cat >"$1/${name}" <<'batchai-end' || return 1`,
    text,
    "batchai-end",
  ]),
  "}",
].join("\n");

/** Text of `launch.sh`. Order matters at the ends only: `start` sets the shell up, `verbs` runs. */
export const launcher = [
  start,
  `sealed_account=${nodeAccount}`,
  sealed,
  privateFiles,
  words,
  plan,
  secrets,
  facts,
  directories,
  enter,
  packages,
  mounts,
  containers,
  containerProcesses,
  ownContainer,
  logs,
  writeForwarder,
  forwarder,
  tracking,
  kept,
  commands,
  processes,
  peers,
  receipt,
  reproduction,
  end,
  notices,
  watch,
  verbs,
].join("\n");
