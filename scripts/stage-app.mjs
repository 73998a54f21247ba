// Lays out what is deployed to Azure in dist/package: the bundle, its source map, the portal's pages, host.json and a package.json that names them.
// Nothing of the local cloud, no node_modules: the bundle needs none. Build first (`npm run build`).
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = process.argv[2] ?? join(root, "dist/package");
const bundle = join(root, "dist/app/main.cjs");

/** Where orchestrations are in Azure, as infra/ is told by the same variable. */
const stores = {
  // Queues are looked at more often than by default.
  AzureStorage: { storageProvider: { maxQueuePollingInterval: "00:00:05" } },
  // A bundle that is older does not know it.
  DurableTaskScheduler: {
    storageProvider: {
      type: "azureManaged",
      connectionStringName: "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
    },
    bundle: "[4.32.0, 5.0.0)",
  },
};
const wanted = process.env.BATCHAI_ORCHESTRATION_STORE || "AzureStorage";

/** What only Azure's host knows: a task hub of one's own beside others in the account, and what keeps it. */
async function hostOfAzure({ storageProvider, bundle }) {
  const host = JSON.parse(await readFile(join(root, "host.json"), "utf8"));
  const { durableTask } = host.extensions;
  const hub = { ...durableTask, hubName: "%BATCHAI_TASK_HUB%", storageProvider };
  const { extensionBundle } = host;
  return {
    ...host,
    extensions: { ...host.extensions, durableTask: hub },
    extensionBundle: { ...extensionBundle, version: bundle ?? extensionBundle.version },
  };
}

const store = Object.hasOwn(stores, wanted) ? stores[wanted] : undefined;
if (store === undefined) {
  console.error(
    `stage-app: BATCHAI_ORCHESTRATION_STORE is '${wanted}'; take one of ${Object.keys(stores).join(", ")}.`,
  );
  process.exit(1);
}

if (!existsSync(bundle)) {
  console.error("stage-app: dist/app/main.cjs is missing; run npm run build first.");
  process.exit(1);
}
const { name, version, license } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
for (const file of ["main.cjs", "main.cjs.map", "portal-pages"])
  await cp(join(root, "dist/app", file), join(target, file), { recursive: true });
await writeFile(join(target, "host.json"), `${JSON.stringify(await hostOfAzure(store), null, 2)}\n`);
const manifest = { name, version, license, private: true, main: "main.cjs" };
await writeFile(join(target, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
