// What the account as a whole offers: images, applications, usage and lifetime statistics. CPU, memory and disk are not
// measured: those figures are zero.
import type { Application, Pool } from "../service/entities/model.ts";
import { notFound } from "../service/account/fault.ts";
import { supportedImages } from "../service/account/supported-images.ts";
import type { SupportedImage } from "../service/account/supported-images.ts";
import { coresOf } from "../service/account/quota.ts";
import { isBefore, since } from "./api-versions.ts";
import { isoTime, renderer, time, value } from "./fields.ts";
import type { FieldTable } from "./fields.ts";
import { jobStatistics } from "./job-fields.ts";
import { listReply, pageStart } from "./listing.ts";
import { poolStatistics } from "./pool-statistics.ts";
import { json, param } from "./wire.ts";
import type { Call, Route } from "./wire.ts";

const imageFields: FieldTable<SupportedImage> = {
  nodeAgentSKUId: value((image) => image.nodeAgentSKUId),
  imageReference: value((image) => image.imageReference),
  osType: value((image) => image.osType),
  capabilities: value((image) => image.capabilities),
  verificationType: value((image) => image.verificationType),
};

/** "Application - List": only what can be referenced is told. */
const activeVersions = (application: Application) =>
  application.packages.filter((one) => one.state === "Active").map((one) => one.version);

const applicationFields: FieldTable<Application> = {
  id: value((application) => application.id),
  displayName: value((application) => application.displayName ?? application.id),
  versions: value((application) => activeVersions(application)),
};

/** "Pool - Get All Lifetime Statistics". */
function lifetimePoolStats(call: Call) {
  const { pools, clock } = call.account;
  return {
    url: `${call.request.baseUrl}/lifetimepoolstats`,
    ...poolStatistics(pools, [...pools][0]?.createdAt ?? clock.now(), clock.now()),
  };
}

/** Core hours of the nodes that a pool has now, within the asked-for span. */
function usageFields(call: Call): FieldTable<Pool> {
  const now = call.account.clock.now();
  const asked = (name: string) => Date.parse(call.request.query.get(name) ?? "");
  const from = (pool: Pool) => Math.max(pool.createdAt, asked("starttime") || 0);
  const until = Math.min(now, asked("endtime") || now);
  const hours = (pool: Pool) =>
    [...pool.nodes].reduce((sum, node) => {
      const start = Math.max(from(pool), node.allocatedAt);
      return node.allocatedAt > 0 && until > start
        ? sum + ((until - start) / 3_600_000) * coresOf(pool.spec.vmSize)
        : sum;
    }, 0);
  return {
    poolId: value((pool) => pool.id),
    startTime: time((pool) => from(pool)),
    endTime: time(() => until),
    vmSize: value((pool) => pool.spec.vmSize),
    totalCoreHours: value((pool) => hours(pool)),
  };
}

/** "Account - List Node Agent Skus" of 2018: each agent with its images. */
function agentSkus() {
  return [...new Set(supportedImages.map((image) => image.nodeAgentSKUId))].map((id) => {
    const images = supportedImages.filter((image) => image.nodeAgentSKUId === id);
    return {
      id,
      verifiedImageReferences: images.map((image) => image.imageReference),
      osType: images[0]?.osType,
    };
  });
}

export const accountRoutes: readonly Route[] = [
  {
    operation: "Account_ListNodeAgentSkus",
    method: "GET",
    path: "/nodeagentskus",
    handle(call) {
      if (!isBefore(call.version, since.supportedImages)) throw notFound("Resource");
      const metadata = `${call.request.baseUrl}/$metadata#nodeagentskus`;
      return json(200, { "odata.metadata": metadata, value: agentSkus() });
    },
  },
  {
    operation: "Account_ListSupportedImages",
    method: "GET",
    path: "/supportedimages",
    handle(call) {
      const start = pageStart(call);
      return listReply(
        call,
        "supportedimages",
        supportedImages.filter((image) => image.row > start),
        imageFields,
      );
    },
  },
  {
    operation: "Application_List",
    method: "GET",
    path: "/applications",
    handle(call) {
      const found = [...call.account.applications.after(pageStart(call))];
      const available = found.filter((one) => activeVersions(one).length > 0);
      return listReply(call, "applications", available, applicationFields);
    },
  },
  {
    operation: "Application_Get",
    method: "GET",
    path: "/applications/{applicationId}",
    handle(call) {
      const application = call.account.applications.get(param(call, "applicationId").toLowerCase());
      if (application === undefined || activeVersions(application).length === 0)
        throw notFound("Application");
      return json(200, renderer(call, applicationFields)(application));
    },
  },
  {
    operation: "Pool_GetAllLifetimeStatistics",
    method: "GET",
    path: "/lifetimepoolstats",
    handle: (call) => json(200, lifetimePoolStats(call)),
  },
  {
    operation: "Job_GetAllLifetimeStatistics",
    method: "GET",
    path: "/lifetimejobstats",
    handle(call) {
      const { account } = call;
      const now = isoTime(account.clock.now());
      const first = [...account.jobs][0]?.createdAt;
      return json(200, {
        url: `${call.request.baseUrl}/lifetimejobstats`,
        startTime: first === undefined ? now : isoTime(first),
        lastUpdateTime: now,
        ...jobStatistics(account.jobs),
      });
    },
  },
  {
    operation: "Pool_ListUsageMetrics",
    method: "GET",
    path: "/poolusagemetrics",
    handle(call) {
      const pools = [...call.account.pools.after(pageStart(call))];
      return listReply(call, "poolusagemetrics", pools, usageFields(call));
    },
  },
];
