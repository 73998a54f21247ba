// Options of blobfuse and mount as Azure Batch passes them on. Most tune caches and permissions, which a folder of the host has
// no use for; those that would change what a job may do are kept, or refused.

export interface KeptOptions {
  readonly readOnly: boolean;
}

/** Throws when an option asks for what cannot be kept. */
export function readOptions(options: string): KeptOptions {
  const words = options.split(/[\s,]+/).filter((word) => word !== "");
  const sub = words.find((word) => word.startsWith("--subdirectory="));
  if (sub !== undefined) throw new Error(`${sub}: mounting a part of a container is not supported here`);
  return { readOnly: words.some((word) => /^(-o)?ro$/.test(word) || /^--read-only(=true)?$/.test(word)) };
}
