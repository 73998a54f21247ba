// Application packages on nodes: which package a reference means, its place below `applications/`, the variables that
// tell it. Installed once per node and activation; what a node has is part of its state, so that a changed reference
// takes effect when the node boots again.
import { join } from "node:path";
import type { LaunchFailure } from "../../agent/executor.ts";
import { packageOf, blobOf } from "./applications.ts";
import { BatchFault } from "../account/fault.ts";
import type { Application, ApplicationPackage, InstalledPackage, Node, TaskRun } from "../entities/model.ts";
import type { AccountState } from "../account/account-state.ts";

export type PackageReferences =
  readonly { readonly applicationId: string; readonly version?: string | undefined }[] | undefined;

type Reference = NonNullable<PackageReferences>[number];

interface Resolved {
  readonly application: Application;
  readonly found: ApplicationPackage;
}

/** The package meant: an active one of that version, or of the application's default version. */
function resolve(account: AccountState, reference: Reference): Resolved | undefined {
  const application = account.applications.get(reference.applicationId.toLowerCase());
  const version = reference.version ?? application?.defaultVersion;
  if (application === undefined || version === undefined) return undefined;
  const found = packageOf(application, version);
  return found?.state === "Active" ? { application, found } : undefined;
}

/** Refuses references to packages that do not exist or are not active. */
export function checkPackages(account: AccountState, references: PackageReferences): void {
  const missing = (references ?? []).filter((one) => resolve(account, one) === undefined);
  if (missing.length === 0) return;
  throw new BatchFault(
    409,
    "InvalidApplicationPackageReferences",
    "One or more application packages do not exist or are not active: activate them, or set a default version.",
    missing.map(({ applicationId, version }) => ({
      key: applicationId,
      value: version ?? "(default version)",
    })),
  );
}

/** Puts packages on the node; a failure tells the first that cannot be had. */
async function installPackages(
  account: AccountState,
  node: Node,
  references: PackageReferences,
): Promise<{ readonly installed: InstalledPackage[] } | { readonly failure: LaunchFailure }> {
  const installed: InstalledPackage[] = [];
  for (const reference of references ?? []) {
    const resolved = resolve(account, reference);
    if (resolved === undefined)
      return { failure: packageFailure(reference, "The package is not there any more.") };
    const folder = folderOf(resolved);
    const reason = await installOnce(account, resolved, join(node.root, folder));
    if (reason !== undefined) return { failure: packageFailure(reference, reason) };
    const { application, found } = resolved;
    const isDefault = application.defaultVersion === found.version;
    installed.push({ applicationId: application.id, version: found.version, isDefault, folder });
  }
  return { installed };
}

/** The pool's packages on a node that boots. */
export async function installPoolPackages(
  account: AccountState,
  node: Node,
): Promise<LaunchFailure | undefined> {
  const outcome = await installPackages(account, node, node.pool.spec.applicationPackageReferences);
  if ("failure" in outcome) return outcome.failure;
  node.packages = outcome.installed;
  account.save(node);
  return undefined;
}

/** The task's packages on each of its nodes, before anything of it runs. */
export async function installTaskPackages(
  account: AccountState,
  run: TaskRun,
): Promise<LaunchFailure | undefined> {
  const references = run.task.spec.applicationPackageReferences;
  if (references === undefined || references.length === 0) return undefined;
  const outcomes = await Promise.all(run.nodes.map((node) => installPackages(account, node, references)));
  for (const outcome of outcomes) {
    if ("failure" in outcome) return outcome.failure;
    run.packages = outcome.installed;
  }
  return undefined;
}

/** Another activation is another folder: tasks that use the old one keep it. */
const folderOf = ({ application, found }: Resolved) =>
  `applications/${application.id}-${found.version}-${found.lastActivatedAt ?? 0}`;

async function installOnce(
  account: AccountState,
  { application, found }: Resolved,
  folder: string,
): Promise<string | undefined> {
  const pending = account.installing.get(folder);
  if (pending !== undefined) return pending;
  const work = (async () => {
    if (await account.ports.disk.exists(folder)) return undefined;
    return account.ports.packages === undefined
      ? "No storage account is attached."
      : account.ports.packages.unpack(blobOf(application, found), folder);
  })();
  account.installing.set(folder, work);
  try {
    return await work;
  } finally {
    account.installing.delete(folder);
  }
}

const packageFailure = (reference: Reference, reason: string): LaunchFailure => ({
  category: "UserError",
  code: "ApplicationPackageError",
  message: "An application package could not be installed on the node.",
  details: [
    { name: "ApplicationId", value: reference.applicationId },
    { name: "Version", value: reference.version ?? "(default version)" },
    { name: "Message", value: reason },
  ],
});

/** `AZ_BATCH_APP_PACKAGE_<application>_<version>`, without the version for the default one; as on Linux nodes with dots
 *  and hyphens replaced, in the caller's spelling and in capitals. */
export function packageVariables(node: Node, packages: readonly InstalledPackage[]): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { applicationId, version, isDefault, folder } of packages)
    for (const name of [`${applicationId}_${version}`, ...(isDefault ? [applicationId] : [])]) {
      const flat = name.replace(/[.-]/g, "_");
      for (const spelling of [flat, flat.toUpperCase()])
        variables[`AZ_BATCH_APP_PACKAGE_${spelling}`] = join(node.root, folder);
    }
  return variables;
}
