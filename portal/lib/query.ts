// Members of an address that change one by one; an empty one is left out.
export function withMembers(
  before: URLSearchParams,
  changes: Readonly<Record<string, string | readonly string[]>>,
): URLSearchParams {
  const next = new URLSearchParams(before);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const each of typeof value === "string" ? [value] : value) if (each !== "") next.append(name, each);
  }
  return next;
}
