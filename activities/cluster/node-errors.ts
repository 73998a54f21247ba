// Why nodes are of no use, one error a node: exit code, node, and the last words of what failed. A node that was told about
// before is not asked again: what it said then is kept, because its files do not change.
import { secretsOf } from "../../application/secrets.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import type { BatchAIError } from "../../domain/shared/batch-ai-error.ts";
import { AppError } from "../../domain/shared/errors.ts";
import type { FailureCode } from "../../domain/shared/errors.ts";
import { lastLines, redact } from "../../domain/shared/redact.ts";
import { poolId } from "../../services/batch-names.ts";
import type { BatchNode } from "../../services/batch.ts";
import type { Services } from "../../services/services.ts";

/** At most so many bad nodes are told about one by one. */
const mostNodesReported = 10;
const excerptLines = 20;
const excerptCharacters = 2_000;
const logBytes = 65_536;
/** What the start task wrote, as Batch names it. */
const startTaskLog = "startup/stderr.txt";

export async function nodeErrors(
  services: Services,
  cluster: ClusterDocument,
): Promise<readonly BatchAIError[]> {
  const found = await services.batch.nodes(poolId(cluster.guid), ["unusable", "starttaskfailed"]);
  const bad = (found ?? []).toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, mostNodesReported);
  return Promise.all(
    bad.map(async (node) => known(cluster, node) ?? (await nodeError(services, cluster, node))),
  );
}

function known(cluster: ClusterDocument, node: BatchNode): BatchAIError | undefined {
  return cluster.errors.find(
    ({ code, details }) =>
      code === codeOf(node) && details?.some(({ name, value }) => name === "NodeId" && value === node.id),
  );
}

/** A setup task that fails is the user's; any other trouble keeps the code that Batch gave it. */
function codeOf(node: BatchNode): string {
  if (node.startTaskFailure !== undefined) return "NodeSetupFailed" satisfies FailureCode;
  return node.errors[0]?.code ?? ("NodeUnusable" satisfies FailureCode);
}

async function nodeError(
  services: Services,
  cluster: ClusterDocument,
  node: BatchNode,
): Promise<BatchAIError> {
  const failure = node.startTaskFailure;
  const details = [{ name: "NodeId", value: node.id }];
  if (failure === undefined) {
    const [first] = node.errors;
    const more = Object.entries(first?.details ?? {}).map(([name, value]) => ({ name, value }));
    return {
      code: codeOf(node),
      message: first?.message ?? `The node is ${node.state}.`,
      details: [...details, ...more],
    };
  }
  if (failure.exitCode !== undefined) details.push({ name: "ExitCode", value: String(failure.exitCode) });
  const log = await services.batch.readNodeFile(poolId(cluster.guid), node.id, startTaskLog, logBytes);
  const excerpt = await excerptOf(services, cluster, log ?? "");
  if (excerpt !== "") details.push({ name: "Log", value: excerpt });
  if (failure.code !== "FailureExitCode")
    details.push({ name: "Reason", value: `${failure.code}: ${failure.message}` });
  return { code: codeOf(node), message: setupMessage(node, cluster), details };
}

/** Without a value to look for, nothing of the log is shown. */
async function excerptOf(services: Services, cluster: ClusterDocument, log: string): Promise<string> {
  try {
    const secrets = await secretsOf(services, cluster.guid);
    // First redacted, then cut: half a secret would not be recognised.
    return lastLines(redact(log, [...secrets.values()]), excerptLines, excerptCharacters);
  } catch (error) {
    if (error instanceof AppError) return "";
    throw error;
  }
}

function setupMessage({ id, startTaskFailure }: BatchNode, { spec }: ClusterDocument): string {
  const exit = startTaskFailure?.exitCode;
  const how = exit === undefined ? "could not be run" : `exited with ${exit}`;
  const what = spec.setupTask === undefined ? "The preparation" : "The setup task";
  const where =
    spec.setupTask === undefined ? "" : ` Its output is below ${spec.setupTask.stdOutErrPathPrefix}.`;
  return `${what} of node ${id} ${how}; the node is not used.${where}`;
}
