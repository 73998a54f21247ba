// A container engine for tests: `node fake-container-cli.mjs FOLDER COMMAND …` understands what is asked of container
// engines, notes every call in FOLDER/calls, and runs the "container" as a process in a session of its own, which
// outlives the command line as a real container does, and what is executed in it as another that ends with it. FOLDER/registry/NAME is an image that can be pulled: JSON
// { entrypoint?, directory?, environment?, login?, gate?, pullFails? }, where `login` is the registry that must have been logged in to,
// `gate` a file without which no pull ends, and `pullFails` what is said of a pull that fails. FOLDER/kind may say `nerdctl`: then it
// has the ways of that one, as its command reference and its messages are (github.com/containerd/nerdctl, docs/command-reference.md).
import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

const [folder, verb, ...words] = process.argv.slice(2);
const image = (kind, name) => join(folder, kind, encodeURIComponent(name));
const container = (name) => join(folder, "containers", name);
for (const kind of ["images", "registry", "containers"]) mkdirSync(join(folder, kind), { recursive: true });
appendFileSync(join(folder, "calls"), `${JSON.stringify([verb, ...words])}\n`);
const textOf = (name, otherwise) =>
  existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : otherwise;
const isNerdctl = textOf("kind", "podman") === "nerdctl";
const authFile = isNerdctl
  ? process.env.DOCKER_CONFIG && join(process.env.DOCKER_CONFIG, "config.json")
  : process.env.REGISTRY_AUTH_FILE;

const logLine = (level, message) =>
  process.stderr.write(`time="2026-01-02T03:04:05Z" level=${level} msg=${JSON.stringify(message)}\n`);

function fail(message, code = 125) {
  if (isNerdctl) {
    logLine("fatal", message);
    process.exit(code === 125 ? 1 : code);
  }
  process.stderr.write(`Error: ${message}\n`);
  process.exit(code);
}

function pause(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function inspect() {
  const name = words.at(-1);
  if (words[words.indexOf("--format") + 1] === "{{.Architecture}}") {
    const { architecture = "" } = JSON.parse(readFileSync(image("images", name), "utf8"));
    process.stdout.write(`${architecture}\n`);
    return;
  }
  if (!existsSync(image("images", name))) {
    if (isNerdctl) return;
    fail(`${name}: image not known`);
  }
  process.stdout.write(`id-of-${name}\n`);
}

function login() {
  const [, user, , server] = words;
  const password = readFileSync(0, "utf8");
  if (password !== "right") fail(`login to ${server} as ${user}: unauthorized`);
  appendFileSync(authFile, `${server}\n`);
}

function pull() {
  const name = words.at(-1);
  const source = image("registry", name);
  if (!existsSync(source)) fail(`${name}: manifest unknown`);
  const { login: server, gate, pullFails } = JSON.parse(readFileSync(source, "utf8"));
  const isIn = authFile && existsSync(authFile) && readFileSync(authFile, "utf8").includes(`${server}\n`);
  if (server !== undefined && !isIn) fail(`${name}: authentication required`);
  if (pullFails !== undefined) fail(pullFails);
  while (gate !== undefined && existsSync(source) && !existsSync(gate)) pause(20);
  writeFileSync(image("images", name), readFileSync(source));
}

const withValue = [
  "--name",
  "--cidfile",
  "--label",
  "--env-file",
  "-e",
  "--security-opt",
  "--log-driver",
  "--mount",
];
const alsoWithValue = [
  "-w",
  "--user",
  "--entrypoint",
  "--network",
  "--stop-timeout",
  "--shm-size",
  "--gpus",
  "--device",
];

function parseRun() {
  const options = {};
  let at = 0;
  for (; words[at]?.startsWith("-"); at += 1) {
    const word = words[at];
    if (["--rm", "-d", "-i"].includes(word)) options[word] = [];
    if (["--rm", "-d", "-i"].includes(word) || word.includes("=")) continue;
    if (![...withValue, ...alsoWithValue].includes(word)) fail(`unknown flag: ${word}`);
    at += 1;
    (options[word] ??= []).push(words[at]);
  }
  return { options, name: words[at], command: words.slice(at + 1) };
}

function checkForNerdctl(options) {
  if (options["-d"] !== undefined && options["--rm"] !== undefined)
    fail("flags -d and --rm cannot be specified together");
  for (const option of options["--security-opt"] ?? [])
    if (!/^(seccomp|apparmor|no-new-privileges|systempaths)\b/.test(option))
      logLine("warning", `unknown security-opt: "${option.split("=")[0]}"`);
}

function environmentOf(options) {
  const file = options["--env-file"]?.[0];
  const lines = file === undefined ? [] : readFileSync(file, "utf8").split("\n");
  const pairs = lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(/=(.*)/s));
  const inherited = (options["-e"] ?? []).map((name) => [name, process.env[name] ?? ""]);
  return Object.fromEntries([...pairs, ...inherited]);
}

function run() {
  const { options, name, command } = parseRun();
  if (isNerdctl) checkForNerdctl(options);
  if (!existsSync(image("images", name)))
    fail(isNerdctl ? `image not available: "${name}"` : `${name}: image not known`);
  const made = JSON.parse(readFileSync(image("images", name), "utf8"));
  if (made.fails !== undefined) fail(made.fails);
  const entrypoint = options["--entrypoint"] ?? made.entrypoint ?? [];
  const place = container(options["--name"][0]);
  mkdirSync(place);
  writeFileSync(join(place, "labels"), (options["--label"] ?? []).join("\n"));
  if (options["-i"] !== undefined) writeFileSync(join(place, "attached"), "");
  if (options["--cidfile"] !== undefined)
    writeFileSync(options["--cidfile"][0], `id-of-${options["--name"][0]}`);
  const [program, ...args] = made.ends === undefined ? [...entrypoint, ...command] : ["/bin/false"];
  // A container does not run before the engine has noted it, nor when it was removed before that.
  const whenNoted = `while [ ! -e ${join(place, "pid")} ]; do [ -d ${place} ] || exit 137; done; exec "$@"`;
  const child = spawn("/bin/sh", ["-c", whenNoted, "sh", program, ...args], {
    cwd: options["-w"]?.[0] ?? made.directory ?? "/",
    env: { PATH: "/usr/bin:/bin", ...made.environment, ...environmentOf(options) },
    stdio:
      options["-d"] === undefined
        ? [options["-i"] === undefined ? "ignore" : "inherit", "inherit", "inherit"]
        : "ignore",
    detached: true,
  });
  writeFileSync(join(place, "pid"), String(child.pid));
  if (options["-d"] !== undefined) {
    child.unref();
    process.stdout.write(`id-of-${options["--name"][0]}\n`);
    return;
  }
  child.once("exit", (code) => {
    rmSync(place, { recursive: true, force: true });
    if (code === 127 && options["-i"] === undefined)
      fail(`executable file ${program} not found in $PATH`, 127);
    process.exit(code ?? 137);
  });
}

function end(name) {
  if (!existsSync(container(name))) return false;
  for (const file of readdirSync(container(name)))
    if (/^(pid|exec-\d+)$/.test(file)) signal(readFileSync(join(container(name), file), "utf8"), "SIGKILL");
  return true;
}

function signal(pid, how) {
  try {
    process.kill(-Number(pid), how);
  } catch {
    // It has not started, or ended by itself.
  }
}

/** What "all processes" of a container are; nothing here may ever be told to those of the machine. */
function signalAll(name) {
  for (const file of readdirSync(container(name)))
    if (file.startsWith("exec-") || (file === "pid" && existsSync(join(container(name), "attached"))))
      signal(readFileSync(join(container(name), file), "utf8"), "SIGTERM");
}

function isRunning(name) {
  try {
    const { status } = spawnSync("kill", ["-0", readFileSync(join(container(name), "pid"), "utf8")]);
    return status === 0;
  } catch {
    return false;
  }
}

function execute() {
  const [name, ...command] = words.filter((word, index) => index > 0 || word !== "-i");
  if (!isRunning(name)) fail(`no container with name ${name}: no such container`);
  if (command.some((word) => /kill\b.*-1\b/.test(word))) return signalAll(name);
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd: "/",
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/root", IMAGE: "of the image" },
    stdio: "inherit",
    detached: true,
  });
  const note = join(container(name), `exec-${child.pid}`);
  writeFileSync(note, String(child.pid));
  child.once("exit", (code, by) => {
    rmSync(note, { force: true });
    process.exit(code ?? (by === "SIGKILL" ? 137 : 143));
  });
}

function list() {
  const label = words[words.indexOf("--filter") + 1].replace(/^label=/, "");
  for (const name of readdirSync(join(folder, "containers")))
    if (labelsOf(name).includes(label)) process.stdout.write(`${name}\n`);
}

function labelsOf(name) {
  try {
    return readFileSync(join(container(name), "labels"), "utf8").split("\n");
  } catch {
    return []; // It has just gone, or is only being made.
  }
}

const verbs = {
  "--version": () => process.stdout.write(isNerdctl ? "nerdctl version 2.1.2\n" : "podman version 5.0.0\n"),
  version: () => process.stdout.write(isNerdctl ? "Client:\n Version:\tv2.1.2\n" : "Client: podman, or so\n"),
  image: inspect,
  login,
  pull,
  run,
  info: () => process.stdout.write(textOf("info", isNerdctl ? "Security Options:\n" : "rootless: false\n")),
  inspect: () => process.stdout.write(`${isRunning(words.at(-1))}\n`),
  exec: execute,
  ps: list,
  kill: () => end(words[0]) || fail(`no container with name ${words[0]}`),
  rm: () => {
    if (!end(words[1])) fail(`no container with name ${words[1]}`);
    rmSync(container(words[1]), { recursive: true, force: true });
  },
};
(verbs[verb] ?? (() => fail(`unknown command ${verb}`)))();
