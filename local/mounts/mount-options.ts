// Options of blobfuse and mount.cifs as Azure Batch passes them on. Most tune caches and permissions, which a folder of
// the host has no use for; those that would change what a job may do are refused, because a link cannot enforce them.

/** Throws when an option asks for what cannot be kept. */
export function checkOptions(options: string): void {
  const words = options.split(/[\s,]+/).filter((word) => word !== "");
  const readOnly = words.some((word) => word === "ro" || /^--read-only(=true)?$/.test(word));
  if (readOnly)
    throw new Error("a read-only mount cannot be enforced on an emulated node; drop 'ro' or --read-only");
  const sub = words.find((word) => /^--(subdirectory|virtual-directory)=/.test(word));
  if (sub?.startsWith("--subdirectory="))
    throw new Error(`${sub}: mounting a part of a container is not supported here`);
}
