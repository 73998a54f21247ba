// Holds one mounted container until it is killed: `node crash-child.mjs ROOT BLOB_URL ACCOUNT KEY CONTAINER TARGET`. With an empty
// TARGET it mounts nothing and lives by what the former one left behind; it flushes when it gets a line, and says so.
import { createInterface } from "node:readline";
import { systemClock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import { createMounts } from "../../../local/mounts/index.ts";

const [root = "", blobUrl = "", name = "", key = "", container = "", target = ""] = process.argv.slice(2);
const mounts = createMounts({
  root,
  accounts: [{ name, key, blobUrl }],
  shareRoot: () => undefined,
  clock: systemClock(),
  logger: silentLogger,
});
const kind = "azureBlobFileSystem";
if (target !== "") {
  const result = await mounts.attach({
    nodeId: "node",
    kind,
    accountName: name,
    accountKey: key,
    container,
    target,
  });
  if (!result.ok) throw new Error(result.message);
}
process.stdout.write("mounted\n");
for await (const _line of createInterface({ input: process.stdin })) {
  await mounts.flush("node");
  process.stdout.write("flushed\n");
}
