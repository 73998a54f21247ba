// What works and what does not, part by part. The page docs/status.md is made of this, of the emulator's table of operations, of the
// list of commands, and of the rows of the contract that are not proved. Whoever changes what works changes a line here.
import { commands } from "../../cli/commands/index.ts";
import { operations } from "../../local/batch-emulator/operations.ts";
import { features, unproved } from "./contract-rows.ts";

const count = (standing: (typeof operations)[number]["standing"]) =>
  operations.filter((operation) => operation.standing === standing).length;

const parts: readonly (readonly [part: string, state: string])[] = [
  [
    "The 29 operations of `2018-05-01`, long-running operations, what clients ask Azure Resource Manager first, HTTP and HTTPS",
    "works; driven by `@azure/arm-batchai` 2.2.1 with default options, `az batchai` 2.45 and azure-mgmt-batchai 7.0.0b1: [how](how-to/old-clients.md)",
  ],
  [
    "Clusters",
    "manual and automatic scale with all deallocation options, low priority and preemption, images with end-of-life warnings, custom images, subnets, setup tasks with secrets, admin by key or password, performance counters, quotas and usages; a silent service's pools empty themselves after two hours",
  ],
  ["Job queue", "gangs, priority, backfill that never delays the head; a waiting job costs one row"],
  [
    "Jobs",
    "preparation, environment, secrets by value, attempts with their causes, retries, a folder for checkpoints that all attempts share, rehearsed evictions ([how to](how-to/spot-nodes.md)), logs while running (a job is shown finished at once, or two seconds later where its output is being followed), output that storage did not take fails the job by name, exit and error codes, wall clock limit, termination and deletion in every state",
  ],
  [
    "Spot nodes",
    "jobs run again after an eviction, told before by SIGTERM, and after a loss that their own programs see before Azure Batch does ([how to](how-to/spot-nodes.md)); checkpoint helpers for Python, PyTorch, Keras and Node, killed at each of their writes; `batchai rehearse` kills a program here and says whether it resumes; policies for falling back to the dedicated nodes of another cluster, also by a deadline (tried in simulated time)",
  ],
  [
    "Receipts of jobs (`api-version=2026-11-01`)",
    "digests of what went in and came out, with what the job was made of; what is otherwise is told by name; the same once more by one command, which begins only with the same inputs: [how](how-to/receipts.md); results that trials of sweeps take from equal ones ([how](how-to/sweeps.md#results-that-are-there-already)); signatures (DSSE, Ed25519) by a key of the deployment",
  ],
  [
    "Toolkits",
    "all nine are planned, launched and have [recipes](../recipes). In CI PyTorch (Gloo), TensorFlow (parameter server, `TF_CONFIG`, one process), Horovod, ChainerMN and custom MPI (Open MPI 4.1 and 5, Intel MPI) run for real on two nodes; CNTK, Caffe and Caffe2 can no longer be installed, and stand-ins check how they are started",
  ],
  [
    "Containers of jobs",
    "one a node, through docker, podman or nerdctl: [how to](how-to/containers.md). In CI with podman and MPI on two nodes; docker, nerdctl and GPUs are checked with stand-ins",
  ],
  [
    "Mounts",
    "Azure blob containers and file shares, file servers, and file systems that the user mounts by a command, for clusters and for jobs; read-only, with blobfuse2's caches as fields, containers also without a key, shares also over NFS: [how to](how-to/mounts.md)",
  ],
  [
    "Secrets",
    "by value, sealed; or in a Key Vault, referred to wherever 2018 could: [how to](how-to/key-vault.md)",
  ],
  [
    "File servers",
    "a machine with striped disks that exports them over NFS, its network, and mounts of it: [how to](how-to/file-servers.md). What is sent to Azure is checked against Microsoft's descriptions, and was never sent to Azure itself",
  ],
  [
    "Events of every resource (`api-version=2026-11-01`), OpenAPI description",
    "works: [REST API](reference/rest-api.md), `/openapi.json`",
  ],
  [
    "Sweeps (`api-version=2026-11-01`)",
    "grid, random, Sobol, TPE; five stopping policies; budgets, retries, extension, preview, forecast (`batchai sweep simulate`, within a tenth of a real local run); the same suggestions and stops however trials are timed: [how to](how-to/sweeps.md). Export from one deployment, import into another. Limits, policy, budget and tags can be changed; metrics by output, file and HTTP, also with a token of the trial's own; a recipe with PyTorch. A budget in money goes by the service's [prices](how-to/costs.md). Not yet: 10,000 trials take longer than we want",
  ],
  [
    "Tracking with MLflow's client",
    "unmodified scripts log to their job; jobs and trials are runs in a notebook; searches, histories, logged models, artifacts through the output mount; a forwarder on the node, so that an outage of the service holds no training up; scalars of files for TensorBoard; presets that read what common trainers print, for jobs and sweeps; tried with scikit-learn, LightGBM, Lightning, Hugging Face and Keras; a search reads what was written since the last one, not every job, also in a process that begins; files and models of runs that belong to no job are kept by the service, long ones go past it: [how](how-to/tracking.md)",
  ],
  [
    "Triggers (`api-version=2026-11-01`)",
    "schedules, blobs (also one job for a burst of them), messages, webhooks, ends of jobs and sweeps with what was reported: one job or sweep an event, a ledger, test, run, backfill, replay; chains as workflows, one graph each, restarted from what failed; clusters on demand: [how](how-to/triggers.md). The Event Grid subscription of the templates was never deployed",
  ],
  [
    "Authentication",
    "bearer tokens of a configurable issuer, audience and tenant; roles reader, submitter, operator, admin on every route, for all or on single workspaces and experiments ([how to](how-to/roles.md))",
  ],
  [
    "Crash safety",
    "the local cloud acknowledges only what is on disk; `kill -9` of it: jobs that were running are found again and end correctly (an orderly stop runs them again); an hourly timer reports and removes what should not exist",
  ],
  [
    "Command line `batchai`",
    `${commands.length} commands: local cloud, emulator, host, \`run\`, \`submit\`, \`notebook\`, the verbs and flags of \`az batchai\` (scripts run with the first word replaced), profiles and sign-in, \`why\`, \`logs\`, \`jobs\`, \`ssh\`, \`cp\`, \`open\`, \`cost\`, sweeps, triggers, workflows and schedules: [how to](how-to/command-line.md), [commands](reference/commands.md).`,
  ],
  [
    "Functions host and durable engine",
    "HTTP(S), timers, queues, blobs, bindings, durable orchestrations and entities; the protocol between host and worker held against a record of the genuine packages, the worker itself could not be had: [reference](reference/functions-host.md)",
  ],
  [
    "Batch emulator",
    `${count("emulated")} operations emulated, ${count("simplified")} simplified, ${count("absent")} answer 501 (an upgrade of 2018, private endpoint changes); each is asked for by a genuine client in the tests; models with kills, fuzz, a soak of 50,000 real tasks; container tasks through docker or podman, application packages, announced evictions, several accounts with quotas, Azure's host names; every member works, is recorded or is refused, listed one by one`,
  ],
  [
    "Known gaps",
    "`ssh` between the nodes of a pool is set up by the start task: proved with OpenSSH, untried on Azure. On the local cloud, Open MPI 5 over several nodes needs Linux and root, so that each node can have a host name of its own",
  ],
  [
    "Deployment to Azure (Bicep, `azd`)",
    "templates, hooks and a workflow ([how](how-to/deploy.md)); checked against Azure's published types and with fakes of `az` and `azd`, not compiled, and never run against Azure itself: what only a subscription can show is one script (`scripts/azure-acceptance.sh`); [what a deployment costs](how-to/costs.md#idle-and-a-job) by `batchai estimate`, [what the preflight says](reference/preflight.md); all recorded traffic of the tests is as Microsoft describes it",
  ],
  [
    "Web portal at `/portal`",
    "overview, jobs (10,000 and more, filtered, acted on together), a job with its live logs, metrics, attempts, files, events, specification and differences from another job, new and cloned jobs, sweeps with parallel coordinates, curves, 10,000 trials and decisions, runs searched in MLflow's language and compared, triggers and schedules with their ledger, workflows as graphs that are restarted from what failed, clusters and their nodes, queue and quotas, cost by experiment, cluster, user and job with idle nodes and interruptions, events; each page shows the command line, the curl and the Python that do the same; sign-in at the issuer (PKCE), tried against a fake one: [how](how-to/portal.md); numbers and dates of the browser's language and region, texts in English and German. Not yet: what the service itself says in other languages than English",
  ],
];

export function statusPage(): string {
  return [
    "# What works and what does not",
    "",
    "Generated from `test/support/status.ts`; do not edit.",
    "",
    ...parts.map(([part, state]) => `- **${part}**: ${state}`),
    "",
    `What the service of 2018 did, in ${features.length} rows, and the test that proves each: [contract rows](reference/contract-rows.md). Not proved here:`,
    "",
    "| row | why | checked instead |",
    "| --- | --- | --- |",
    ...unproved.map(
      ({ row, reason, instead }) => `| ${row}: ${features[row - 1]} | ${reason} | ${instead} |`,
    ),
    "",
  ].join("\n");
}
