// Whether this deployment can run jobs: every part that a job needs is asked, none is changed, and each answer is a row with its remedy.
// What cannot be asked because something before it failed is not guessed at.
import { accessCheck, clockCheck } from "../domain/preflight/access-checks.ts";
import type { Access, Refusal } from "../domain/preflight/access-checks.ts";
import { accountChecks, limitChecks } from "../domain/preflight/account-checks.ts";
import { failure, fine } from "../domain/preflight/check.ts";
import type { Check } from "../domain/preflight/check.ts";
import { priceCheck } from "../domain/preflight/price-check.ts";
import { sizeChecks } from "../domain/preflight/size-checks.ts";
import { imageNotices } from "../domain/cluster/images.ts";
import { defaultImage } from "../domain/cluster/default-image.ts";
import { currentSize } from "../domain/cluster/vm-life.ts";
import { spelledSize } from "../domain/cluster/vm-size.ts";
import type { Services } from "../services/services.ts";

const batchRole = "Azure Batch Data Contributor";
const management: Access = {
  name: "Batch account through Resource Manager",
  what: "answers the app's identity",
  role: batchRole,
  on: "Batch account",
};
const dataPlane: Access = { ...management, name: "Batch account itself" };
const table: Access = {
  name: "storage: tables",
  what: "the state can be read",
  role: "Storage Table Data Contributor",
  on: "storage account",
};
const blobs: Access = {
  name: "storage: blobs",
  what: "files for nodes can be listed, and links to them signed",
  role: "Storage Blob Data Owner",
  on: "storage account",
};

const machines: Access = {
  name: "machines of file servers",
  what: "those that are there can be listed",
  role: "OpenBatchAI file servers",
  on: "resource group of file servers",
};

/** @param sizes VM sizes to ask for beside those of the clusters that are there. */
export async function preflight(services: Services, sizes: readonly string[]): Promise<readonly Check[]> {
  const { batch, reservations, staging } = services;
  const [account, claims, jobs, files, served] = await Promise.all([
    askAccount(services),
    attempt(() => reservations.clusters.read()),
    attempt(() => batch.jobs()),
    // Signing needs a key from storage where the app has no account key.
    attempt(async () => [await staging.list("preflight/"), await staging.link("preflight/none", 3_600_000)]),
    attempt(() => services.fileServers.list()),
  ]);
  const wanted = [...Object.values(claims.value ?? {}).map(({ vmSize }) => vmSize), ...sizes].map(
    spelledSize,
  );
  return [
    fine("settings", "all that are needed are there"),
    accessCheck(table, claims.refusal),
    accessCheck(blobs, files.refusal),
    accessCheck(dataPlane, jobs.refusal),
    ...(jobs.refusal === undefined ? [await imageCheck(services)] : []),
    accessCheck(management, account.refusal),
    onlyWarned(accessCheck(machines, served.refusal)),
    ...(account.facts === undefined
      ? []
      : [
          clockCheck(account.facts.answeredAt, account.from, account.to),
          ...accountChecks(account.facts, services.settings),
          ...limitChecks(account.facts, {
            pools: (await attempt(() => services.pools.list())).value?.length ?? 0,
            activeJobs: jobs.value?.length,
          }),
          ...(await checkSizes(services, account.facts.familyProcessors, wanted)),
        ]),
  ];
}

/** Who has no file servers does without. */
function onlyWarned(check: Check): Check {
  return check.status === "failed" ? { ...check, status: "warning" } : check;
}

async function askAccount({ batchAccount, clock }: Services) {
  const from = clock.now();
  const answer = await batchAccount.facts();
  const to = clock.now();
  return answer.kind === "found"
    ? { facts: answer, refusal: undefined, from, to }
    : { facts: undefined, refusal: answer, from, to };
}

async function checkSizes(
  { batchAccount, clock, settings }: Services,
  familyProcessors: Readonly<Record<string, number>> | undefined,
  wanted: readonly string[],
): Promise<readonly Check[]> {
  const answer = await batchAccount.sizes(settings.location);
  const region = {
    location: settings.location,
    offers: answer.kind === "found" ? answer.sizes : undefined,
    familyProcessors,
    usualImage: settings.nodeImage,
    retiredSizes: settings.retiredSizes,
    now: new Date(clock.now()),
  };
  const named = wanted.length === 0 ? [currentSize] : [...new Set(wanted)].toSorted();
  return named.flatMap((vmSize) => [
    ...sizeChecks(vmSize, region),
    priceCheck(vmSize, settings.location, settings.prices),
  ]);
}

async function imageCheck({ batch, clock, settings }: Services): Promise<Check> {
  const { publisher, offer, sku } = settings.nodeImage;
  const name = `image ${publisher}:${offer}:${sku}`;
  const agent = await attempt(() => batch.nodeAgentFor(settings.nodeImage));
  if (agent.refusal !== undefined) return accessCheck({ ...dataPlane, name }, agent.refusal);
  if (agent.value === undefined)
    return failure(
      name,
      "Azure Batch has no node agent for it",
      "set BATCHAI_NODE_IMAGE to one of: az batch pool supported-images list",
    );
  const [ending] = imageNotices(
    { ...defaultImage, ...settings.nodeImage },
    currentSize,
    settings.nodeImage,
    new Date(clock.now()),
  );
  if (ending?.code === "ImageEndOfLife")
    return {
      name,
      status: "warning",
      detail: ending.message,
      remedy: "set BATCHAI_NODE_IMAGE to a later image",
    };
  return fine(name, agent.value);
}

type Attempt<Value> = { readonly value?: Value; readonly refusal?: Refusal };

/** A failure is what is to be told. */
async function attempt<Value>(ask: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { value: await ask() };
  } catch (error) {
    return { refusal: refusalOf(error) };
  }
}

/** What Azure said, as deep as it lies below our own words. */
function refusalOf(error: unknown): Refusal {
  const { cause, statusCode, code, message } = error as {
    readonly cause?: unknown;
    readonly statusCode?: number;
    readonly code?: string;
    readonly message?: string;
  };
  if (statusCode === undefined && typeof cause === "object" && cause !== null) return refusalOf(cause);
  return { status: statusCode, code: code ?? "Unknown", message: message ?? String(error) };
}
