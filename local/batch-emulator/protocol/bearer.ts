// What the emulator asks about a bearer token. Who holds which rights is decided outside, as Microsoft Entra ID and role
// assignments do in Azure.

/** The management plane, the data plane, or the emulator's own controls: each takes tokens for an audience of its own. */
export type BatchPlane = "management" | "data" | "own";

/** `unknown`: not a token for this plane. `forbidden`: its holder has no rights on the account. */
export type BatchVerdict = "allowed" | "unknown" | "forbidden";
