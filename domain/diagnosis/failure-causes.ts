// Why a job failed: what the service says, and what its program's end says beside it.
import { failureTable } from "../shared/errors.ts";
import type { FailureCode } from "../shared/errors.ts";
import type { BatchAIError } from "../shared/batch-ai-error.ts";
import { failedWith } from "./facts.ts";
import type { Cause, Facts } from "./facts.ts";
import { readExitCode, readLastWords } from "./program-errors.ts";

export function failureCauses(facts: Facts): Cause[] {
  const { executionInfo } = facts.job;
  const errors = executionInfo?.errors ?? [];
  const causes = errors.flatMap((error) => ofError(facts, error));
  if (causes.length > 0) return causes;
  return [
    {
      code: "FailedWithoutReason",
      says: "The job failed, and the service tells no reason",
      because: "executionState is failed, executionInfo has no errors",
      remedy: "Read its output and its events.",
    },
  ];
}

function ofError(facts: Facts, error: BatchAIError): Cause[] {
  const because = failedWith(error);
  if (error.code === "JobFailed" || error.code === "JobPreparationFailed")
    return ofProgram(facts, error, because);
  const special = mountFault(error) ?? fileServerFault(error);
  if (special !== undefined) return [{ ...special, because }];
  if (!(error.code in failureTable))
    return [
      {
        code: error.code,
        says: error.message,
        because,
        remedy: "Do what the message says, submit the job again.",
      },
    ];
  const { meaning, remedy } = failureTable[error.code as FailureCode];
  if (error.code === "JobExceededMaxWallClockTime")
    return [
      { code: error.code, says: `${meaning} (${facts.job.constraints.maxWallClockTime})`, because, remedy },
    ];
  if (error.code === "JobNodeLost")
    return [{ code: error.code, says: lossesIn(facts, meaning), because, remedy: nodeRemedy(facts) }];
  return [{ code: error.code, says: meaning, because, remedy }];
}

/** Its last words say more than its exit code, and that more than the bare fact. */
function ofProgram({ job, errorOutput }: Facts, error: BatchAIError, because: string): Cause[] {
  const exitCode = job.executionInfo?.exitCode;
  const causes: Cause[] = [];
  const words = errorOutput === undefined ? undefined : readLastWords(errorOutput);
  if (words !== undefined)
    causes.push({
      code: words.code,
      says: words.says,
      because: `stderr.txt: ${words.line}`,
      remedy: words.remedy,
    });
  const ended = exitCode === undefined ? undefined : readExitCode(exitCode);
  if (ended !== undefined && exitCode !== undefined)
    causes.push({
      code: ended.code,
      says: ended.says,
      because: `executionInfo.exitCode is ${exitCode}`,
      remedy: ended.remedy,
    });
  const { meaning, remedy } = failureTable[error.code as "JobFailed" | "JobPreparationFailed"];
  const says = exitCode === undefined ? meaning : `${meaning}: ${exitCode}`;
  return [...causes, { code: error.code, says, because, remedy }];
}

/** What the launcher tells of a file server that it could not mount. */
function fileServerFault(error: BatchAIError): Omit<Cause, "because"> | undefined {
  const said = (error.details ?? [])
    .map(({ value }) => value)
    .find((value) => value.startsWith("file server "));
  if (error.code !== "JobLaunchFailed" || said === undefined) return undefined;
  const [, source = ""] = /^file server (\S+):/.exec(said) ?? [];
  if (/No such file or directory/.test(said))
    return {
      code: "FileServerFolderMissing",
      says: `The file server does not have the folder of ${source}`,
      remedy: "Make the folder on the file server first, or correct sourceDirectory.",
    };
  if (/timed out|No route to host|refused/i.test(said))
    return {
      code: "FileServerUnreachable",
      says: `The nodes cannot reach the file server at ${source}`,
      remedy:
        "See whether it is still there (batchai file-server show) and whether its network security group lets port 2049 in; a cluster made before it was made again must be made again, too.",
    };
  return undefined;
}

/** The details of a mount that failed hold what the mount program, or storage, said. */
function mountFault(error: BatchAIError): Omit<Cause, "because"> | undefined {
  if (error.code !== "AZFMountError" && error.code !== "BFSMountError") return undefined;
  const thing = error.code === "AZFMountError" ? "share" : "container";
  const said = (error.details ?? []).map(({ value }) => value).join("\n");
  if (
    /AuthenticationFailed|AuthorizationFailure|Permission denied|error\(13\)|status 403|\b403\b|wrong key/i.test(
      said,
    )
  )
    return {
      code: "StorageKeyRefused",
      says: `The storage account does not take the key with which its ${thing} is mounted`,
      remedy: "Check the account's name and key; keys are changed from time to time.",
    };
  if (/does not exist|NotFound|No such (?:file|device|container|share)|error\(2\)|\b404\b/i.test(said))
    return {
      code: thing === "share" ? "ShareMissing" : "ContainerMissing",
      says: `The ${thing} that is to be mounted does not exist`,
      remedy: `Create it in the storage account, or correct its name.`,
    };
  if (/could not resolve|Name or service not known|ENOTFOUND|name resolution/i.test(said))
    return {
      code: "StorageNotFound",
      says: "There is no storage account of this name that the nodes can find",
      remedy: "Correct the account's name; check the subnet's DNS.",
    };
  if (/access denied by server/i.test(said))
    return {
      code: "ShareNotForNodes",
      says: "The share does not let these nodes mount it over NFS",
      remedy:
        "Let the cluster's subnet into the storage account (network rules or a private endpoint), turn off 'secure transfer required', and see that the share was made for NFS.",
    };
  if (/timed? ?out|Connection refused|error\(11[05]\)|Host is down|ECONNREFUSED/i.test(said))
    return {
      code: "StorageUnreachable",
      says: "The nodes cannot reach the storage account",
      remedy: "Let the subnet through its firewall; Azure Files wants port 445.",
    };
  return undefined;
}

function lossesIn({ changes }: Facts, meaning: string): string {
  const times = changes.filter(({ from, to }) => from === "running" && to === "queued").length;
  return times === 0 ? meaning : `${meaning}: it was put back ${times} ${times === 1 ? "time" : "times"}`;
}

function nodeRemedy({ cluster }: Facts): string {
  return cluster?.vmPriority === "lowpriority"
    ? "Take dedicated nodes, or let the program go on from a checkpoint."
    : failureTable.JobNodeLost.remedy;
}
