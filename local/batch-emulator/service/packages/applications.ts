// What callers may ask of applications and their packages. Source: Microsoft.Batch batchAccounts/applications, "Deploy
// applications to compute nodes with Batch application packages". A package is pending until it is activated; only
// active packages can be referenced.
import { BatchFault, invalidProperty, notEmulated, notFound } from "../account/fault.ts";
import type { Application, ApplicationPackage } from "../entities/model.ts";
import type { PackageStore } from "../ports/package-store.ts";
import type { AccountState } from "../account/account-state.ts";

export interface ApplicationChange {
  readonly displayName?: string | undefined;
  readonly allowUpdates?: boolean | undefined;
  readonly defaultVersion?: string | undefined;
}

const namePattern = /^[A-Za-z0-9_-]{1,64}$/;
const versionPattern = /^[A-Za-z0-9_.-]{1,64}$/;

export function findApplication(account: AccountState, name: string): Application {
  const application = account.applications.get(name.toLowerCase());
  if (application === undefined) throw notFound("Application");
  return application;
}

const same = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();

export const packageOf = (application: Application, version: string) =>
  application.packages.find((one) => same(one.version, version));

export function findPackage(application: Application, version: string): ApplicationPackage {
  const found = packageOf(application, version);
  if (found === undefined)
    throw new BatchFault(
      404,
      "ApplicationPackageNotFound",
      "The specified application package does not exist.",
    );
  return found;
}

/** Creates the application, or states it anew. */
export function putApplication(account: AccountState, name: string, change: ApplicationChange): Application {
  if (!namePattern.test(name))
    throw invalidProperty(
      "applicationName",
      name,
      "must have 1 to 64 letters, digits, hyphens or underscores",
    );
  const existing = account.applications.get(name.toLowerCase());
  if (existing !== undefined) return changeApplication(account, existing, { allowUpdates: true, ...change });
  if (change.defaultVersion !== undefined)
    throw invalidProperty("defaultVersion", change.defaultVersion, "the application has no such package yet");
  const application: Application = {
    kind: "application",
    row: account.nextRow(),
    key: name.toLowerCase(),
    id: name,
    createdAt: account.clock.now(),
    displayName: change.displayName,
    allowUpdates: change.allowUpdates ?? true,
    defaultVersion: undefined,
    version: account.stamp(),
    packages: [],
  };
  account.applications.add(application);
  account.save(application, true);
  return application;
}

export function changeApplication(
  account: AccountState,
  application: Application,
  change: ApplicationChange,
): Application {
  if (change.defaultVersion !== undefined) {
    const wanted = packageOf(application, change.defaultVersion);
    if (wanted === undefined)
      throw invalidProperty("defaultVersion", change.defaultVersion, "the application has no such package");
    application.defaultVersion = wanted.version;
  }
  application.displayName = change.displayName ?? application.displayName;
  application.allowUpdates = change.allowUpdates ?? application.allowUpdates;
  return touched(account, application);
}

export function deleteApplication(account: AccountState, application: Application): void {
  if (application.packages.length > 0)
    throw new BatchFault(
      409,
      "ApplicationNotEmpty",
      "The application has packages: delete them first.",
      application.packages.map(({ version }) => ({ key: "Version", value: version })),
    );
  account.applications.delete(application);
  account.remove(application);
}

function touched(account: AccountState, application: Application): Application {
  application.version = account.stamp();
  account.save(application);
  return application;
}

/** The storage of packages; refused where none is attached. */
export function storeOf(account: AccountState): PackageStore {
  const store = account.ports.packages;
  if (store === undefined) throw notEmulated("application packages without a storage account beside it");
  return store;
}

/** A record for a package to be uploaded; an existing one may be overwritten if the application allows updates. */
export function putPackage(
  account: AccountState,
  application: Application,
  version: string,
): ApplicationPackage {
  if (!versionPattern.test(version))
    throw invalidProperty(
      "versionName",
      version,
      "must have 1 to 64 letters, digits, dots, hyphens or underscores",
    );
  storeOf(account);
  const existing = packageOf(application, version);
  if (existing?.state === "Active" && !application.allowUpdates)
    throw new BatchFault(
      409,
      "ApplicationPackageUpdateNotAllowed",
      "The package is active and the application does not allow updates (allowUpdates).",
    );
  const made: ApplicationPackage = existing ?? {
    version,
    createdAt: account.clock.now(),
    state: "Pending",
    format: undefined,
    lastActivatedAt: undefined,
  };
  made.state = "Pending";
  made.format = undefined;
  if (existing === undefined) application.packages.push(made);
  touched(account, application);
  return made;
}

/** The package's blob is complete: nodes may have it. */
export async function activatePackage(
  account: AccountState,
  application: Application,
  found: ApplicationPackage,
  format: string,
): Promise<void> {
  if (!(await storeOf(account).has(blobOf(application, found))))
    throw new BatchFault(
      409,
      "ApplicationPackageNotUploaded",
      "Nothing has been uploaded yet: put the zip file to the package's storageUrl first.",
    );
  found.state = "Active";
  found.format = format;
  found.lastActivatedAt = account.clock.now();
  touched(account, application);
}

export async function deletePackage(
  account: AccountState,
  application: Application,
  found: ApplicationPackage,
): Promise<void> {
  // Who asks for the default version from then on is told that there is none.
  if (application.defaultVersion !== undefined && same(application.defaultVersion, found.version))
    application.defaultVersion = undefined;
  await storeOf(account).remove(blobOf(application, found));
  application.packages = application.packages.filter((one) => one !== found);
  touched(account, application);
}

/** Names of blobs come from rows: another application of the same name later does not find this one's packages. */
export const blobOf = (application: Application, found: ApplicationPackage) =>
  `${application.row}/${application.id}-${found.version}.zip`;
