// What somebody may do: each role may do what the ones before it may.
export const roles = ["reader", "submitter", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

export function isAllowed(held: readonly Role[], needed: Role): boolean {
  return held.some((role) => roles.indexOf(role) >= roles.indexOf(needed));
}
