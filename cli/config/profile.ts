// What a profile holds: a service, how its token is got, and what is used there. No token.
import { z } from "zod";

const named = z.string().min(1).optional();

/** What may be set for a person or a project, but the service. */
export const places = {
  subscription: named,
  resourceGroup: named,
  location: named,
  workspace: named,
  experiment: named,
  cluster: named,
  output: named,
};

export const SignIn = z.object({
  kind: z.enum(["deviceCode", "az", "token"]),
  tenant: named,
  clientId: named,
  /** For whom the token is. */
  audience: z.string().min(1).default("https://management.azure.com"),
});
export type SignIn = z.infer<typeof SignIn>;

export const Profile = z.strictObject({
  settings: z.strictObject({ ...places, endpoint: z.url().optional() }).default({}),
  /** cloud.json of a local cloud, instead of an endpoint. */
  cloud: named,
  signIn: SignIn.optional(),
});
export type Profile = z.infer<typeof Profile>;

export interface NamedProfile extends Profile {
  readonly name: string;
}

export interface Token {
  readonly token: string;
  readonly expiresAt: number | undefined;
}
