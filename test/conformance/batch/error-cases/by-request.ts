// Refusals for the request itself, for who sends it and how often, and for the emulator's own trouble.
import { eventually } from "../emulator-under-test.ts";
import { cer, thumbprint } from "../../../support/batch/certificate-files.ts";
import { newPool, newTask, ran, twice } from "./stage.ts";
import type { Case, Stage } from "./stage.ts";

const addCertificate = (s: Stage) =>
  s.send("POST", "/certificates", {
    version: "2024-07-01.20.0",
    body: { thumbprint, thumbprintAlgorithm: "sha1", data: cer, certificateFormat: "cer" },
  });

const formula = "$TargetDedicatedNodes = 0;";

export const byRequest: Readonly<Record<string, Case>> = {
  MissingRequiredHeader: {
    status: 400,
    provoke: (s) => s.send("GET", "/pools", { authorization: undefined }),
  },
  MissingRequiredProperty: { status: 400, provoke: (s) => s.send("POST", "/jobs", { body: { id: "x" } }) },
  UnsupportedProperty: { status: 400, provoke: (s) => newPool(s, "x", { surprise: 1 }) },
  InvalidPropertyValue: { status: 400, provoke: (s) => newPool(s, "x", { targetDedicatedNodes: "two" }) },
  MissingRequiredQueryParameter: {
    status: 400,
    provoke: (s) => s.send("GET", "/pools", { version: undefined }),
  },
  InvalidQueryParameterValue: { status: 400, provoke: (s) => s.send("GET", "/pools?$select=surprise") },
  OutOfRangeQueryParameterValue: { status: 400, provoke: (s) => s.send("GET", "/pools?maxresults=1001") },
  InvalidUri: { status: 400, provoke: (s) => s.send("GET", "/pools/%zz?api-version=2025-06-01") },
  InvalidRequestBody: { status: 400, provoke: (s) => s.send("POST", "/pools", { body: "{" }) },
  InvalidInput: {
    status: 400,
    provoke: (s) =>
      s.send("POST", "/_emulator/throttle", { body: { requestsPerSecond: 1, path: "no slash" } }),
  },
  InvalidAuthenticationInfo: {
    status: 400,
    provoke: (s) => s.send("GET", "/pools", { authorization: "Basic x" }),
  },
  EmptyMetadataKey: {
    status: 400,
    provoke: (s) => newPool(s, "x", { metadata: [{ name: "", value: "v" }] }),
  },
  MultipleConditionHeadersNotSupported: {
    status: 400,
    async provoke(s) {
      await s.pool("conditions");
      const headers = { "if-match": "*", "if-modified-since": new Date(0).toUTCString() };
      return s.send("GET", "/pools/conditions", { headers });
    },
  },
  UnsupportedRequestVersion: {
    status: 400,
    provoke: (s) => s.send("GET", "/pools", { version: "2012-01-01.1.0" }),
  },
  CertificateNotFound: {
    status: 404,
    provoke: (s) =>
      s.send("GET", "/certificates(thumbprintAlgorithm=sha1,thumbprint=ab)", { version: "2024-07-01.20.0" }),
  },
  CertificateExists: {
    status: 409,
    async provoke(s) {
      await addCertificate(s);
      return addCertificate(s);
    },
  },
  CertificateStateActive: {
    status: 409,
    async provoke(s) {
      await addCertificate(s);
      const path = `/certificates(thumbprintAlgorithm=sha1,thumbprint=${thumbprint})/canceldelete`;
      return s.send("POST", path, { version: "2024-07-01.20.0" });
    },
  },
  InvalidAutoScalingSettings: {
    status: 400,
    async provoke(s) {
      await s.pool("no-formula");
      return s.send("POST", "/pools/no-formula/enableautoscale", { body: {} });
    },
  },
  AutoScalingFormulaSyntaxError: {
    status: 400,
    provoke: (s) => newPool(s, "x", { enableAutoScale: true, autoScaleFormula: "$TargetDedicatedNodes = (" }),
  },
  AutoScaleFormulaTooLong: {
    status: 400,
    provoke: (s) =>
      newPool(s, "x", { enableAutoScale: true, autoScaleFormula: `${formula}//${"x".repeat(8_192)}` }),
  },
  TaskDependenciesNotSpecifiedOnJob: {
    status: 400,
    async provoke(s) {
      await s.job("independent");
      return newTask(s, "independent", { dependsOn: { taskIds: ["a"] } });
    },
  },
  TaskDependencyListTooLong: {
    status: 400,
    async provoke(s) {
      await s.job("dependent", { usesTaskDependencies: true });
      const taskIds = Array.from({ length: 1_001 }, () => "x".repeat(64));
      return newTask(s, "dependent", { dependsOn: { taskIds } });
    },
  },
  OutOfRangePriority: {
    status: 400,
    provoke: (s) =>
      s.send("POST", "/jobs", { body: { id: "x", poolInfo: { poolId: "p" }, priority: 1_001 } }),
  },
  AuthenticationFailed: {
    status: 403,
    provoke: (s) => s.send("GET", "/pools", { authorization: "Bearer bad" }),
  },
  InsufficientAccountPermissions: {
    status: 403,
    async provoke(s) {
      // Of versions that still have it.
      await s.node("own-job-only");
      await s.job("own-job-only", { poolInfo: { poolId: "own-job-only" } });
      const task = { id: "t", commandLine: "wait", authenticationTokenSettings: { access: ["job"] } };
      await s.send("POST", "/jobs/own-job-only/tasks", { body: task, version: "2024-07-01.20.0" });
      const tokens = () =>
        s.t.executor.launches.map(({ environment }) => environment["AZ_BATCH_AUTHENTICATION_TOKEN"]);
      const given = () => Promise.resolve(tokens().find((found) => found !== undefined));
      const token = await eventually(given, (found) => found !== undefined);
      return s.send("GET", "/pools", { authorization: `Bearer ${token ?? ""}` });
    },
  },
  UnsupportedHttpVerb: { status: 405, provoke: (s) => s.send("PATCH", "/pools", { body: {} }) },
  ConditionNotMet: {
    status: 412,
    async provoke(s) {
      await s.pool("changed");
      return s.send("DELETE", "/pools/changed", { headers: { "if-match": "0x0" } });
    },
  },
  RequestBodyTooLarge: {
    status: 413,
    provoke: (s) => newPool(s, "x", { displayName: "x".repeat(2_000_000) }),
  },
  InvalidRange: {
    status: 416,
    async provoke(s) {
      await ran(s, "short");
      const headers = { "ocp-range": "bytes=1000-2000" };
      return s.send("GET", "/jobs/short/tasks/t/files/stdout.txt", { headers });
    },
  },
  TooManyRequests: {
    status: 429,
    options: { parameters: { requestsPerSecond: 1 } },
    provoke: (s) => twice(s, "GET", "/pools"),
  },
  InternalError: {
    status: 500,
    options: { verifyBearer: () => Promise.reject(new Error("the issuer is out of reach")) },
    provoke: (s) => s.send("GET", "/pools"),
  },
  ServerBusy: {
    status: 503,
    options: { parameters: {} },
    async provoke(s) {
      await s.accept("POST", "/_emulator/throttle", { requestsPerSecond: 1, status: 503 });
      return twice(s, "GET", "/pools");
    },
  },
  TooManyEnableAutoScaleRequests: {
    status: 503,
    async provoke(s) {
      await s.pool("auto");
      await s.pass();
      return twice(s, "POST", "/pools/auto/enableautoscale", { autoScaleFormula: formula });
    },
  },
};
