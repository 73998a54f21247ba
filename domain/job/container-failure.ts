// What helps against a container that did not start, read off the engine's own words: docker, podman and nerdctl say the same in
// many ways. The first that fits counts: what is said of an architecture or a disk often goes on about a manifest, too.

const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /no container engine/i,
    "Install docker or podman on the machine and start the local cloud again, or start it with --containers=host to run without a container.",
  ],
  [
    /no matching manifest|exec format error|image operating system|does not match the detected host platform|no image found in (?:manifest list|image index) for architecture|is for .+, this node is/i,
    "The image is for another processor architecture or operating system than the nodes': build it for theirs, or take another VM size.",
  ],
  [
    /no space left on device|disk quota exceeded|not enough (?:free )?space/i,
    "The node's disk is full: use a smaller image, or a VM size with a larger disk.",
  ],
  [
    /could not select device driver|nvidia|unresolvable CDI|CDI device/i,
    "The node's container engine cannot give out its GPUs: use an image of the cluster that has the NVIDIA container toolkit.",
  ],
  [
    /repository does not exist or may require|requested access to the resource is denied/i,
    "There is no such image, or it is private: check its name, and give imageSourceRegistry.credentials where it needs them.",
  ],
  [
    /unauthorized|authentication required|incorrect username or password|access denied|denied:|\b40[13]\b|forbidden|invalid username/i,
    "The registry refused the login: check serverUrl, username and password of imageSourceRegistry.",
  ],
  [
    /manifest unknown|manifest for .+ not found|name unknown|not found|no such image|unknown: .*(?:tag|repository)/i,
    "There is no such image or tag: check its name, and that it was pushed to that registry.",
  ],
  [
    /toomanyrequests|rate limit|\b429\b/i,
    "The registry limits how often it may be asked: give imageSourceRegistry.credentials, or keep the image in a registry of your own.",
  ],
  [
    /no such host|dial tcp|connection refused|i\/o timeout|deadline exceeded|network is unreachable|took too long|TLS handshake|x509/i,
    "The registry could not be reached from the node: check serverUrl and the network of the cluster.",
  ],
  [
    /cannot connect to the docker daemon|is the docker daemon running|cannot access containerd socket|rootless containerd not running/i,
    "The node's container engine does not run: look at it on the node, or resize the cluster to replace the node.",
  ],
  [
    /"?\/bin\/sh"?.*(?:no such file|not found|executable)|has no cat/i,
    "The image has no shell (/bin/sh, with cat), in which a job's commands run: build it on one that has.",
  ],
];

/** Undefined when the words are none that are known. */
export function containerRemedy(said: string): string | undefined {
  return remedies.find(([pattern]) => pattern.test(said))?.[1];
}
