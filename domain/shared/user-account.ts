// The administrator of a machine (`userAccountSettings`), the same for clusters and file servers: request, stored form,
// wire form. The password is taken out of the request and never shown; the public key is.
import { z } from "zod";
import { text } from "./fields.ts";
import type { SecretCollector } from "./secrets.ts";

const userNameError =
  "expected a user name of letters, digits, '_' and '-', at most 32, starting with a letter or '_'";

const sshPublicKey = () => {
  const error = "expected one ssh public key in OpenSSH form, such as 'ssh-rsa AAAA… name'";
  return z
    .string({ error })
    .max(16_384, { error })
    .transform((key) => key.trim())
    .refine((key) => /^(?:ssh|ecdsa|sk)-[\w@.-]+ [A-Za-z0-9+/]+={0,3}(?: [^\r\n\0]*)?$/.test(key), { error });
};

export const UserAccountRequest = z
  .object({
    adminUserName: z.string({ error: userNameError }).regex(/^[A-Za-z_][\w-]{0,31}$/, {
      error: userNameError,
    }),
    adminUserSshPublicKey: sshPublicKey().optional(),
    adminUserPassword: text(1024).optional(),
  })
  .refine((user) => user.adminUserSshPublicKey !== undefined || user.adminUserPassword !== undefined, {
    error: "give adminUserSshPublicKey, adminUserPassword or both",
  });
export type UserAccountRequest = z.infer<typeof UserAccountRequest>;

/** Name of the password in the secret store, whether it was given or made up. */
export const adminPasswordSecret = "adminUserPassword";

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
      : { adminUserPasswordSecret: secrets.keep(adminPasswordSecret, password) }),
  };
}

export function userAccountWire({ adminUserName, adminUserSshPublicKey: key }: UserAccount) {
  return { adminUserName, ...(key === undefined ? {} : { adminUserSshPublicKey: key }) };
}

export const UserAccountResponse = z.looseObject({
  adminUserName: z.string(),
  adminUserSshPublicKey: z.string().optional(),
});
