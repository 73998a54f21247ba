// The administrator of a machine (`userAccountSettings`), the same for clusters and file servers: request, stored form,
// wire form. The password is taken out of the request and never shown; the public key is.
import { z } from "zod";
import { text } from "./fields.ts";
import type { SecretCollector } from "./secrets.ts";

const userNameError =
  "expected a user name of letters, digits, '_' and '-', at most 32, starting with a letter or '_'";

export const UserAccountRequest = z
  .object({
    adminUserName: z.string({ error: userNameError }).regex(/^[A-Za-z_][\w-]{0,31}$/, {
      error: userNameError,
    }),
    adminUserSshPublicKey: text(16_384).optional(),
    adminUserPassword: text(1024).optional(),
  })
  .refine((user) => user.adminUserSshPublicKey !== undefined || user.adminUserPassword !== undefined, {
    error: "give adminUserSshPublicKey, adminUserPassword or both",
  });
export type UserAccountRequest = z.infer<typeof UserAccountRequest>;

/** Stored form: `adminUserPasswordSecret` names the password in the secret store. */
export const UserAccount = z.object({
  adminUserName: z.string(),
  adminUserSshPublicKey: z.string().optional(),
  adminUserPasswordSecret: z.string().optional(),
});
export type UserAccount = z.infer<typeof UserAccount>;

export function storeUserAccount(user: UserAccountRequest, secrets: SecretCollector): UserAccount {
  const { adminUserName, adminUserSshPublicKey: key, adminUserPassword: password } = user;
  return {
    adminUserName,
    ...(key === undefined ? {} : { adminUserSshPublicKey: key }),
    ...(password === undefined
      ? {}
      : { adminUserPasswordSecret: secrets.keep("adminUserPassword", password) }),
  };
}

export function userAccountWire({ adminUserName, adminUserSshPublicKey: key }: UserAccount) {
  return { adminUserName, ...(key === undefined ? {} : { adminUserSshPublicKey: key }) };
}
