// The images of the container engine: present ones are used as they are, missing ones are pulled once however many ask.
// Invariant: credentials exist on disk only while a pull needs them, in a folder of their own that nobody else can read.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../random.ts";
import { lastLine } from "./container-engine.ts";
import type { ContainerEngine } from "./container-engine.ts";
import type { LaunchFailure, RegistryLogin } from "./executor.ts";

export interface ContainerImages {
  /** The reference to run, once the image is on this machine. */
  ensure(
    name: string,
    logins: readonly RegistryLogin[],
  ): Promise<{ readonly reference: string } | { readonly failure: LaunchFailure }>;
  /** The engine did not know an image that was here before: look again the next time. */
  doubt(name: string): void;
}

type Outcome = Awaited<ReturnType<ContainerImages["ensure"]>>;

const pullDeadlineMs = 30 * 60_000;

export function containerImages(o: {
  readonly engine: ContainerEngine;
  /** For the folders of logins. */
  readonly directory: string;
  readonly random: Random;
}): ContainerImages {
  const known = new Map<string, string>();
  const pulls = new Map<string, Promise<Outcome>>();
  const find = async (name: string, logins: readonly RegistryLogin[]): Promise<Outcome> => {
    const seen = await o.engine.call(["image", "inspect", "--format", "{{.Id}}", name]);
    // nerdctl finds no fault with an image that is not there, and says nothing.
    const isHere = seen.exitCode === 0 && seen.stdout.trim() !== "";
    const outcome: Outcome = isHere ? { reference: name } : await pull(o, name, logins);
    if ("reference" in outcome) known.set(name, outcome.reference);
    return outcome;
  };
  return {
    async ensure(name, logins) {
      const reference = known.get(name);
      if (reference !== undefined) return { reference };
      const key = JSON.stringify([name, logins]);
      let pending = pulls.get(key);
      if (pending === undefined) {
        pending = find(name, logins).finally(() => pulls.delete(key));
        pulls.set(key, pending);
      }
      return pending;
    },
    doubt: (name) => void known.delete(name),
  };
}

async function pull(
  o: { engine: ContainerEngine; directory: string; random: Random },
  name: string,
  logins: readonly RegistryLogin[],
): Promise<Outcome> {
  const folder = join(o.directory, `login-${o.random.uuid()}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The one is podman's, the other docker's.
  const environment =
    logins.length === 0 ? {} : { REGISTRY_AUTH_FILE: join(folder, "config.json"), DOCKER_CONFIG: folder };
  try {
    for (const { server, username, password } of logins) {
      const login = await o.engine.call(["login", "--username", username, "--password-stdin", server], {
        input: password,
        environment,
      });
      if (login.exitCode !== 0) return { failure: registryFailure(server, lastLine(login.stderr)) };
    }
    const reference = fullReference(name);
    const pulled = await o.engine.call(["pull", reference], { environment, deadlineMs: pullDeadlineMs });
    if (pulled.exitCode === 0) return { reference };
    return { failure: imageFailure(name, lastLine(pulled.stderr)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Docker Hub is meant when an image name tells no registry, whatever the engine would search. */
export function fullReference(name: string): string {
  const [head = "", ...rest] = name.split("/");
  if (rest.length === 0) return `docker.io/library/${name}`;
  return /[.:]|^localhost$/.test(head) ? name : `docker.io/${name}`;
}

const registryFailure = (server: string, reason: string): LaunchFailure => ({
  category: "UserError",
  code: "ContainerInvalidRegistry",
  message: "The container registry refused the login.",
  details: [
    { name: "Registry", value: server },
    { name: "Message", value: reason },
  ],
});

const imageFailure = (name: string, reason: string): LaunchFailure => ({
  category: "UserError",
  code: "ContainerInvalidImage",
  message: "The container image is not on the node and could not be pulled.",
  details: [
    { name: "Image", value: name },
    { name: "Message", value: reason },
  ],
});
