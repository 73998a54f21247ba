import { describe, expect, it } from "vitest";
import { containerRemedy } from "../../../../domain/job/container-failure.ts";
import { pulledFrom } from "../../../../domain/job/container.ts";
import { newJob } from "../../../../domain/job/rules.ts";
import { decideOutcome } from "../../../../domain/job/outcome.ts";
import { jobWire, JobResponse } from "../../../../domain/job/wire.ts";
import { JobRequest } from "../../../../domain/job/schema.ts";
import { parse } from "../../../../domain/shared/parse.ts";
import { parseLauncherResult } from "../../../../domain/launch/result.ts";
import { vaultReference } from "../../../support/vault-reference.ts";
import { cluster, jobBody, jobGuid, jobName, jobWithSecrets, now } from "../samples.ts";

const digest = `sha256:${"0a".repeat(32)}`;
const registryOf = (imageSourceRegistry: object, more: object = {}) => ({
  containerSettings: { imageSourceRegistry, ...more },
});

describe("container settings", () => {
  it("are shown without the password, which is kept apart", () => {
    const asked = registryOf(
      {
        serverUrl: "lab.azurecr.io",
        image: "lab.azurecr.io/train:1",
        credentials: { username: "ada", password: "s3cret" },
      },
      { shmSize: "1G" },
    );
    const { document, secrets } = jobWithSecrets(asked);
    expect(JSON.stringify(document)).not.toContain("s3cret");
    expect([...secrets]).toEqual([["containerSettings.imageSourceRegistry.credentials.password", "s3cret"]]);
    const { properties } = JobResponse.parse({ ...jobWire(document) });
    expect(properties.containerSettings).toEqual({
      imageSourceRegistry: {
        serverUrl: "lab.azurecr.io",
        image: "lab.azurecr.io/train:1",
        credentials: { username: "ada" },
      },
      shmSize: "1G",
    });
  });

  it("may refer to a Key Vault for the password, and show that", () => {
    const passwordSecretReference = vaultReference("team-vault", "registry");
    const credentials = { username: "ada", passwordSecretReference };
    const { document, secrets } = newJob(
      jobName,
      jobGuid,
      parse(JobRequest, jobBody(registryOf({ image: "train", credentials }))),
      cluster(),
      now,
    );
    expect([...secrets.values()]).toEqual([passwordSecretReference]);
    expect(jobWire(document).properties.containerSettings).toEqual({
      imageSourceRegistry: { image: "train", credentials },
    });
  });

  it.each([
    "train",
    "team/train:1.8.0-gpu",
    `lab.azurecr.io:5000/a/b_c@${digest}`,
    `a:1@${digest}`,
    "localhost/x:dev",
  ])("take the image %s", (image) => {
    expect(() => parse(JobRequest, jobBody(registryOf({ image })))).not.toThrow();
  });

  it.each([
    [{ image: "--privileged" }, {}, "image"],
    [{ image: "a b" }, {}, "image"],
    [{ image: "train:" }, {}, "image"],
    [{ image: "$(id)" }, {}, "image"],
    [{}, {}, "image"],
    [{ image: "a", serverUrl: "-v /:/host" }, {}, "serverUrl"],
    [{ image: "a", credentials: { username: "--help", password: "x" } }, {}, "username"],
    [{ image: "a", credentials: { username: "ada" } }, {}, "password"],
    [{ image: "a" }, { shmSize: "plenty" }, "shmSize"],
    [{ image: "a" }, { shmSize: "0" }, "shmSize"],
  ])("with %j %j are refused for %s", (registry, more, field) => {
    expect(() => parse(JobRequest, jobBody(registryOf(registry, more)))).toThrow(
      new RegExp(`containerSettings.*${field}: (?:is required, )?expected`),
    );
  });

  it.each([
    ["train:1", undefined, "docker.io/library/train:1", "docker.io"],
    ["team/train", undefined, "docker.io/team/train", "docker.io"],
    ["team/train", "https://index.docker.io/v1/", "docker.io/team/train", "docker.io"],
    ["lab.azurecr.io/train", undefined, "lab.azurecr.io/train", "lab.azurecr.io"],
    ["lab.azurecr.io/train", "https://Lab.azurecr.io", "lab.azurecr.io/train", "lab.azurecr.io"],
    ["team/train", "nvcr.io", "nvcr.io/team/train", "nvcr.io"],
    ["localhost:5000/train", undefined, "localhost:5000/train", "localhost:5000"],
  ])("%s of %s is pulled as %s", (image, serverUrl, reference, registry) => {
    expect(pulledFrom({ image, ...(serverUrl === undefined ? {} : { serverUrl }) })).toEqual({
      reference,
      registry,
    });
  });
});

describe("a container that did not start", () => {
  it.each([
    ["Error response from daemon: manifest for x:9 not found: manifest unknown", /no such image or tag/],
    [
      "Error: initializing source docker://x: reading manifest 9 in docker.io/x: manifest unknown",
      /no such image or tag/,
    ],
    [
      "pull access denied for x, repository does not exist or may require 'docker login': denied",
      /no such image, or it is private/,
    ],
    ['Error: logging into "lab.azurecr.io": invalid username/password', /refused the login/],
    [
      "Error response from daemon: Get https://lab/v2/: unauthorized: authentication required",
      /refused the login/,
    ],
    ["write /var/lib/docker/tmp/x: no space left on device", /disk is full/],
    [
      "no matching manifest for linux/arm64/v8 in the manifest list entries",
      /another processor architecture/,
    ],
    ["exec /bin/sh: exec format error", /another processor architecture/],
    [
      "the container ended at once: the image is for s390x, this node is x86_64",
      /another processor architecture/,
    ],
    ['could not select device driver "" with capabilities: [[gpu]]', /GPUs/],
    ["dial tcp: lookup lab.azurecr.io: no such host", /could not be reached/],
    ["toomanyrequests: You have reached your pull rate limit", /how often/],
    ["Cannot connect to the Docker daemon at unix:///var/run/docker.sock", /engine does not run/],
    [
      'cannot access containerd socket "/run/containerd/containerd.sock": no such file or directory',
      /engine does not run/,
    ],
    ['exec: "/bin/sh": stat /bin/sh: no such file or directory', /no shell/],
    ["no container engine answers on this machine", /docker or podman/],
  ])("with %s tells what helps", (said, remedy) => {
    expect(containerRemedy(said)).toMatch(remedy);
  });

  it("fails its job with the image, the engine's words and the remedy", () => {
    const text = [
      "outcome container-failed",
      "exitCode 246",
      "node tvm-1",
      "detail Error: docker.io/x:9: manifest unknown",
      "image x:9",
      "end result",
    ].join("\n");
    const launcher = parseLauncherResult(text);
    const run = {
      losses: { preemptions: 0, resizes: 0, nodeFaults: 0, userRetries: 0 },
      terminateRequested: false,
    };
    const failure = { category: "UserError", code: "FailureExitCode", message: "" };
    const end = { kind: "taskCompleted", task: { exitCode: 246, failure, launcher } } as const;
    expect(decideOutcome(run, end)).toEqual({
      kind: "failed",
      exitCode: -1,
      errors: [
        {
          code: "FailedStartingContainer",
          message: "unable to start docker container",
          details: [
            { name: "ImageName", value: "x:9" },
            { name: "Info", value: "Error: docker.io/x:9: manifest unknown" },
            {
              name: "Remedy",
              value:
                "There is no such image or tag: check its name, and that it was pushed to that registry.",
            },
          ],
        },
      ],
    });
    expect(decideOutcome(run, { kind: "taskCompleted", task: { exitCode: 246, failure } })).toMatchObject({
      errors: [{ code: "FailedStartingContainer" }],
    });
  });
});
