// The versions of the API, oldest first: the one of 2018, and the one of what 2018 did not have.
export const apiVersions = ["2018-05-01", "2026-11-01"] as const;
export type ApiVersion = (typeof apiVersions)[number];

export const [apiVersion, ownApiVersion] = apiVersions;
