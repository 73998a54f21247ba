// What each command of `batchai` answers where nobody looks: lines to type in their order against one cloud, and the schema of their JSON, or
// the text, that stands on standard output. Commands that go on until they are stopped are held by tests of their own.
import { PriceResponse } from "../../domain/price/wire.ts";
import { z } from "zod";
import { RoleAssignmentResponse } from "../../domain/access/wire.ts";
import { ClusterResponse } from "../../domain/cluster/wire.ts";
import { ExperimentResponse } from "../../domain/experiment/wire.ts";
import { FileServerResponse } from "../../domain/file-server/wire.ts";
import { AttemptResponse } from "../../domain/job/attempt.ts";
import { JobResponse, OutputFileResponse } from "../../domain/job/wire.ts";
import { MetricResponse } from "../../domain/metric/wire.ts";
import { ReceiptResponse } from "../../domain/receipt/wire.ts";
import { CheckResponse, RemoteLoginResponse, UsageResponse } from "../../domain/shared/answers.ts";
import {
  BestTrialResponse,
  ForecastResponse,
  PreviewResponse,
  SweepResponse,
  TrialResponse,
} from "../../domain/sweep/wire.ts";
import { WorkspaceResponse } from "../../domain/workspace/wire.ts";

type Resource = z.ZodObject<{ id: z.ZodString; properties: z.ZodObject }>;

/** As `az` shows a resource: its properties beside its name, and its resource group. */
function flat(schema: z.ZodObject) {
  const { properties, ...rest } = (schema as Resource).shape;
  return z.looseObject({
    ...rest,
    ...properties.shape,
    properties: z.undefined().optional(),
    resourceGroup: z.string(),
  });
}

const workspace = flat(WorkspaceResponse);
const experiment = flat(ExperimentResponse);
const cluster = flat(ClusterResponse);
const fileServer = flat(FileServerResponse);
const job = flat(JobResponse);
const sweep = flat(SweepResponse);
const { scope: _, ...given } = RoleAssignmentResponse.shape.properties.shape;
const role = z.looseObject({ name: z.string(), ...given });
const file = z.looseObject({
  ...OutputFileResponse.omit({ properties: true }).shape,
  ...OutputFileResponse.shape.properties.shape,
});
const cause = z.strictObject({
  code: z.string(),
  says: z.string(),
  because: z.string(),
  remedy: z.string().optional(),
  command: z.string().optional(),
});
const finding = z.strictObject({
  what: z.string(),
  verdict: z.enum(["fine", "warning", "cannotRun"]),
  says: z.string(),
});
const amounts = z.array(z.strictObject({ amount: z.number(), currency: z.string() }));
const cost = z.strictObject({
  ...{ name: z.string(), jobs: z.int(), nodeHours: z.number(), interruptedNodeHours: z.number() },
  ...{ lostNodeHours: z.number(), attemptsNotCounted: z.int(), nodeHoursWithoutPrice: z.number() },
  ...{ amounts, lostAmounts: amounts },
});
const nodesOfCluster = z.strictObject({
  ...{ name: z.string(), vmSize: z.string(), vmPriority: z.string(), idleNodes: z.int() },
  ...{ nodeHours: z.number(), busyNodeHours: z.number(), idleNodeHours: z.number() },
  ...{ preparingNodeHours: z.number(), otherNodeHours: z.number(), nodeHoursWithoutPrice: z.number() },
  ...{ amounts, idleAmounts: amounts },
});
const setting = z.strictObject({ name: z.string(), value: z.string(), origin: z.string() });
const spec = z.strictObject({ properties: z.looseObject({}) });
const nothing = /^$/;
const some = (item: z.ZodType) => z.array(item).min(1);
const estimate = z.strictObject({
  ...{ currency: z.string(), month: z.number(), idleMonth: z.number(), job: z.number() },
  lines: some(z.looseObject({ what: z.string(), amount: z.number(), source: z.string() })),
});

type Answer = z.ZodType | RegExp;
const user = "-u ada -p Correct-horse-7";
const somebody = "5c0b9f7e-2a51-4c4e-9c3a-1d2f3a4b5c6d";

const setUp: readonly (readonly [line: string, answer: Answer])[] = [
  ["login", nothing],
  ["config set workspace lab", nothing],
  ["config set experiment digits", nothing],
  ["config set cluster other", nothing],
  ["config unset cluster", nothing],
  ["config use local", nothing],
  ["config list --show-origin", some(setting)],
  [
    "config profiles",
    some(z.strictObject({ name: z.string(), isCurrent: z.boolean(), service: z.string() })),
  ],
  [
    "status",
    z.strictObject({
      ...{ endpoint: z.url(), origin: z.string(), state: z.literal("answers") },
      ...{ resourceGroup: z.string(), workspace: z.string(), workspaces: z.int() },
    }),
  ],
  [
    "up --data .batchai",
    z.strictObject({ api: z.url(), resourceGroup: z.string(), pid: z.int(), cloudFile: z.string() }),
  ],
  ["down --data another", nothing],
  ["portal", /^http:\/\/127\.0\.0\.1:\d+\/\S+\n$/],
  ["doctor", some(CheckResponse)],
  ["completion bash", /^_batchai\(\) \{\n[^]*complete -F _batchai batchai\n$/],
  [
    "explain JobNodeLost",
    z.strictObject({
      ...{ code: z.string(), reportedBy: z.string(), meaning: z.string(), remedy: z.string() },
    }),
  ],
  ["convert job.json --to json", spec],
  ["prices --region eastus", some(PriceResponse)],
  ["estimate --isolated", estimate],
  ["usage list", some(UsageResponse)],
  ["usage show", some(UsageResponse)],
  ["list-usages", some(UsageResponse)],
];

const resources: typeof setUp = [
  ["workspace create -n lab", workspace],
  ["workspace show -n lab", workspace],
  ["workspace list", some(workspace)],
  ["experiment create -n digits", experiment],
  ["experiment show -n digits", experiment],
  ["experiment list", some(experiment)],
  [`role assignment create --role reader --assignee-object-id ${somebody} -n readers`, role],
  ["role assignment list", z.array(role)],
  ["role assignment delete -n readers", nothing],
  [
    `file-server create -n data -s STANDARD_D2_V3 --disk-count 1 --disk-size 10 --storage-sku Standard_LRS ${user}`,
    fileServer,
  ],
  ["file-server show -n data", fileServer],
  ["file-server list", some(fileServer)],
  ["file-server delete -n data -y", nothing],
  ["plan cluster.json", some(finding)],
  [`cluster create -n nodes -s STANDARD_D1 -t 1 ${user}`, cluster],
  ["cluster show -n nodes", cluster],
  ["cluster list", some(cluster)],
  ["cluster file list -c nodes", z.array(z.never())],
  ["cluster auto-scale -n nodes --min 1 --max 2", cluster],
  ["cluster resize -n nodes -t 2", cluster],
];

const jobs: typeof setUp = [
  ["plan job.json -c nodes", some(finding)],
  ["run -n ran -c nodes -- sh hello.sh", /^hello\n$/],
  ["job create -n first -c nodes -f job.json", job],
  ["submit job.json -n submitted -c nodes", job],
  ["submit job.json -c nodes --follow", /^done\n$/],
  ["job wait -n first --interval 0.2", nothing],
  ["job show -n first", job],
  ["job list", some(job)],
  ["jobs", some(job)],
  ["job attempts -n first", some(AttemptResponse)],
  ["job receipt -n first", ReceiptResponse],
  ["job verify -n first", z.array(z.never())],
  [
    "job reproduce -n first",
    z.strictObject({
      job: z.literal("first"),
      copy: z.string(),
      reproduced: z.literal(true),
      differences: z.array(z.never()),
      outputs: z.array(z.never()),
    }),
  ],
  ["job file list -j first", some(file)],
  ["job file stream -j first -f stdout.txt", /^done\n$/],
  ["job file download -j first --to logs", /^(logs\/\S+\n)+$/],
  ["cp job:first/stdouterr copied", /^(copied\/\S+\n){3,}$/],
  ["cp hello.sh share:files/programs/", /^share:files\/programs\/hello\.sh\n$/],
  ["ls first", some(z.strictObject({ name: z.string(), path: z.string() }))],
  ["ls first/stdouterr", some(file)],
  ["download first --logs --to all", /^(all\/stdouterr\/\S+\n){3,}$/],
  ["logs first", /^done\n$/],
  ["logs first --node 0 --stream stdout --attempt 1 --since 1d", /^done\n$/],
  ["why first", some(cause)],
  ["open first", /^http:\/\/127\.0\.0\.1:\d+\/portal\/w\/local\/lab\/jobs\/digits\/first#code=[\w-]+\n$/],
  ["job create -n long -c nodes -f long.json", job],
  ["job node list -j long", some(RemoteLoginResponse)],
  ["cluster node list -c nodes", some(RemoteLoginResponse)],
  ["job node exec -j long --exec id", nothing],
  ["cluster node exec -c nodes --exec id", nothing],
  ["ssh -j long", nothing],
  ["exec -j long -- id", nothing],
  ["port-forward -j long 6006", nothing],
  ["preempt long -y", nothing],
  ["job terminate -n long -y", nothing],
  ["job delete -n long -y", nothing],
];

const sweeps: typeof setUp = [
  ["cost", some(cost)],
  ["cost --by cluster --region eastus", some(cost.extend({ nodes: nodesOfCluster }))],
  ["sweep preview -n rates -c nodes -f sweep.json", PreviewResponse],
  ["sweep simulate -n rates -c nodes -f sweep.json --trial-duration PT10M", ForecastResponse],
  ["sweep create -n rates -c nodes -f sweep.json", sweep],
  ["sweep watch -n rates --interval 0.2", sweep],
  ["sweep show -n rates", sweep],
  ["sweep list", some(sweep)],
  ["sweep trials -n rates", some(TrialResponse)],
  ["sweep best -n rates", BestTrialResponse],
  ["job metrics -n rates_0", some(MetricResponse)],
  ["sweep export -n rates", /^trial,[^]*\n0,/],
  ["sweep extend -n rates --max-trials 3", sweep],
  ["sweep update -n rates --max-concurrent-trials 1 --tag team=vision", sweep],
  ["sweep retry -n rates --state succeeded --trial 0", /^0\n$/],
  ["sweep terminate -n rates -y", nothing],
  ["sweep resume -n rates", sweep],
  ["sweep import -n again -c nodes -f sweep.json --archive rates.json", sweep],
  ["sweep delete -n again -y", nothing],
  ["sweep delete -n rates -y", nothing],
  ["cluster delete -n nodes -y", nothing],
  ["experiment delete -n digits -y", nothing],
  ["workspace delete -n lab -y", nothing],
];

export const answers = [...setUp, ...resources, ...jobs, ...sweeps];

const ofBoth = ["create", "show", "list", "delete", "pause", "resume", "test", "run", "firings", "replay"];
const ofTriggers = [
  ...ofBoth.flatMap((verb) => [`trigger ${verb}`, `schedule ${verb}`]),
  ...["trigger rotate-secret", "schedule next", "schedule backfill"],
];

const ofWorkflows = ["list", "show", "restart"].map((verb) => `workflow ${verb}`);

/** Commands that go on until they are stopped, or whose answers wait for events: the file of the test that holds each. */
export const elsewhere: Readonly<Record<string, string>> = {
  start: "test/e2e/your-own-script.test.ts",
  quickstart: "test/e2e/quickstart.test.ts",
  emulator: "test/e2e/batch-emulator/command.test.ts",
  host: "test/e2e/functions-host/cli.test.ts",
  rehearse: "test/e2e/rehearsal/rehearse.test.ts",
  notebook: "test/e2e/notebook.test.ts",
  ...Object.fromEntries(ofTriggers.map((name) => [name, "test/unit/cli/trigger-commands.test.ts"])),
  ...Object.fromEntries(ofWorkflows.map((name) => [name, "test/unit/cli/workflow-commands.test.ts"])),
};
