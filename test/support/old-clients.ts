// The genuine clients of 2018 that Debian still ships: `az batchai` of azure-cli 2.45 and azure-mgmt-batchai of
// python3-azure. Both refuse bearer tokens on plain http, so that they prove the TLS address and the authority too.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { LocalCloud } from "../../local/start.ts";
import { azForks } from "./az-forks.ts";
import type { Ended } from "./az-forks.ts";

const run = promisify(execFile);

/** Debian's, which carry the Batch AI modules; a newer one in the PATH does not. */
const azProgram = "/usr/bin/az";
export const pythonProgram = "/usr/bin/python3";
const debianModules = "/usr/lib/python3/dist-packages/azure";
export const hasAzBatchAI =
  existsSync(azProgram) && existsSync(`${debianModules}/cli/command_modules/batchai`);
export const hasPythonBatchAI =
  existsSync(`${debianModules}/mgmt/batchai`) && existsSync(`${debianModules}/identity`);

async function ended(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  try {
    const { stdout, stderr } = await run(program, [...args], { env, maxBuffer: 16 * 1024 * 1024 });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== "number") throw error;
    return { code, out: stdout ?? "", err: stderr ?? "" };
  }
}

export interface AzSession {
  /** One command, its words as a person would type them after `az`. */
  az(...words: string[]): Promise<Ended>;
  /** The rows of a command's `-o table` as objects by column heading. */
  table(...words: string[]): Promise<Record<string, string>[]>;
  dispose(): Promise<void>;
}

/** Registers the local cloud with az, in a configuration folder of its own, and logs in as its service principal. */
export async function azSession(cloud: LocalCloud): Promise<AzSession> {
  const { urls, storageProxy, servicePrincipal } = cloud.description;
  const folder = await mkdtemp(join(tmpdir(), "az-"));
  const env = {
    ...process.env,
    AZURE_CONFIG_DIR: folder,
    AZURE_CORE_COLLECT_TELEMETRY: "no",
    AZURE_CORE_NO_COLOR: "1",
    HTTPS_PROXY: storageProxy.url,
    NO_PROXY: "127.0.0.1",
    REQUESTS_CA_BUNDLE: storageProxy.certificates,
  };
  const { run: az, stop } = azForks(pythonProgram, env);
  const must = async (...words: string[]) => {
    const { code, err } = await az(...words);
    if (code !== 0) throw new Error(`az ${words.slice(0, 2).join(" ")} failed: ${err}`);
  };
  await must(
    ...["cloud", "register", "-n", "openbatchai"],
    ...["--endpoint-resource-manager", urls.apiHttps, "--endpoint-active-directory", urls.authority],
    ...["--endpoint-active-directory-resource-id", "https://management.azure.com/"],
    ...["--endpoint-active-directory-graph-resource-id", "https://graph.windows.net/"],
    ...["--suffix-storage-endpoint", "core.windows.net"],
  );
  await must("cloud", "set", "-n", "openbatchai");
  const { clientId, clientSecret, tenantId } = servicePrincipal;
  await must("login", "--service-principal", "-u", clientId, "-p", clientSecret, "--tenant", tenantId);
  return {
    az,
    table: async (...words) => {
      const answer = await az(...words, "-o", "table");
      if (answer.code !== 0) throw new Error(answer.err);
      return rows(answer.out);
    },
    dispose: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Columns are as wide as the line of dashes below their headings says. */
function rows(table: string): Record<string, string>[] {
  const [headings = "", dashes = "", ...lines] = table.split("\n");
  const columns = [...dashes.matchAll(/-+/g)].map(
    ({ index, 0: dash }) => [index, index + dash.length] as const,
  );
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) =>
      Object.fromEntries(
        columns.map(([from, to]) => [headings.slice(from, to).trim(), line.slice(from, to).trim()]),
      ),
    );
}

/** What the Python program printed as JSON. */
export async function pythonStory(
  program: string,
  cloud: LocalCloud,
  args: readonly string[],
  python = pythonProgram,
): Promise<unknown> {
  const env = { ...process.env, REQUESTS_CA_BUNDLE: cloud.description.certificate };
  const answer = await ended(python, [program, cloud.cloudFile, ...args], env);
  if (answer.code !== 0) throw new Error(answer.err);
  return JSON.parse(answer.out);
}
