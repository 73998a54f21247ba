// The container that a job's processes run in: request, stored and wire form. The registry's password is taken out of the
// request; on the wire credentials have the user's name alone, or where the password is kept.
import { z } from "zod";
import { hasControlCharacter, text } from "../shared/fields.ts";
import { KeyVaultSecretReference } from "../shared/key-vault.ts";
import { valueOrReference } from "../shared/secrets.ts";
import type { SecretCollector } from "../shared/secrets.ts";

const imageError =
  "expected the name of an image, with a tag or digest, such as 'tensorflow/tensorflow:1.8.0' or 'registry.azurecr.io/train@sha256:…'";
const serverError = "expected a registry such as 'myregistry.azurecr.io' or 'https://index.docker.io'";
const shmError =
  "expected a size in Docker's notation: a number with b, k, m or g, such as '512m' or '1G', more than 0";

/** Words of a command line begin with neither a dash nor a blank, and have no control characters. */
const plain = (text: string) => !hasControlCharacter(text) && !text.startsWith("-");

const imageName = () =>
  z
    .string({ error: imageError })
    .max(512, { error: imageError })
    .regex(
      /^[A-Za-z0-9][\w.-]*(?::\d+(?=\/))?(?:\/[\w.-]+)*(?::[\w][\w.-]{0,127})?(?:@[a-z0-9+.]+:[a-f0-9]{32,})?$/,
      {
        error: imageError,
      },
    );
const serverUrl = () =>
  z.string({ error: serverError }).refine((url) => registryOf(url) !== undefined, { error: serverError });
const userName = () => {
  const error =
    "expected the name of the registry's user, without control characters or '-' at its beginning";
  return text(256).refine(plain, { error });
};
const shmSize = () =>
  z.string({ error: shmError }).regex(/^0*[1-9]\d{0,14}(?:[bkmg]b?)?$/i, { error: shmError });

const Credentials = z
  .object({
    username: userName(),
    password: text(8192).optional(),
    passwordSecretReference: KeyVaultSecretReference.optional(),
  })
  .superRefine(valueOrReference("password", "passwordSecretReference", "expected the registry's password"));

export const ContainerSettingsRequest = z.object({
  imageSourceRegistry: z.object({
    serverUrl: serverUrl().optional(),
    image: imageName(),
    credentials: Credentials.optional(),
  }),
  shmSize: shmSize().optional(),
});
type ContainerSettingsRequest = z.infer<typeof ContainerSettingsRequest>;

/** Stored form: `passwordSecret` names the password in the secret store. */
export const ContainerSettings = z.object({
  image: z.string(),
  serverUrl: z.string().optional(),
  credentials: z
    .object({
      username: z.string(),
      passwordSecret: z.string(),
      passwordSecretReference: KeyVaultSecretReference.optional(),
    })
    .optional(),
  shmSize: z.string().optional(),
});
export type ContainerSettings = z.infer<typeof ContainerSettings>;

export function storeContainerSettings(
  { imageSourceRegistry, shmSize: size }: ContainerSettingsRequest,
  secrets: SecretCollector,
): ContainerSettings {
  const { image, serverUrl: server, credentials } = imageSourceRegistry;
  return {
    image,
    ...(server === undefined ? {} : { serverUrl: server }),
    ...(credentials === undefined ? {} : { credentials: keepPassword(credentials, secrets) }),
    ...(size === undefined ? {} : { shmSize: size }),
  };
}

function keepPassword(
  { username, password, passwordSecretReference }: z.infer<typeof Credentials>,
  secrets: SecretCollector,
) {
  const name = "containerSettings.imageSourceRegistry.credentials.password";
  const passwordSecret = secrets.keep(name, password, passwordSecretReference);
  return passwordSecretReference === undefined
    ? { username, passwordSecret }
    : { username, passwordSecret, passwordSecretReference };
}

export function containerSettingsWire({
  image,
  serverUrl: server,
  credentials,
  shmSize: size,
}: ContainerSettings) {
  return {
    imageSourceRegistry: {
      ...(server === undefined ? {} : { serverUrl: server }),
      image,
      ...(credentials === undefined ? {} : { credentials: credentialsWire(credentials) }),
    },
    ...(size === undefined ? {} : { shmSize: size }),
  };
}

function credentialsWire({
  username,
  passwordSecretReference,
}: NonNullable<ContainerSettings["credentials"]>) {
  return passwordSecretReference === undefined ? { username } : { username, passwordSecretReference };
}

export const ContainerSettingsResponse = z.looseObject({
  imageSourceRegistry: z.looseObject({
    serverUrl: z.string().optional(),
    image: z.string(),
    /** Strict, so that a password could not be shown unnoticed. */
    credentials: z
      .strictObject({ username: z.string(), passwordSecretReference: KeyVaultSecretReference.optional() })
      .optional(),
  }),
  shmSize: z.string().optional(),
});

const dockerHub = "docker.io";
const namesOfDockerHub = [
  "index.docker.io",
  "registry-1.docker.io",
  "registry.hub.docker.com",
  "hub.docker.com",
];

/** Host and port of a registry's URL, in the spelling that images have; undefined when it is none. */
function registryOf(url: string): string | undefined {
  const [, host] =
    /^(?:https?:\/\/)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?)(?:\/[\w./-]*)?$/i.exec(url) ?? [];
  const name = host?.toLowerCase();
  return name !== undefined && namesOfDockerHub.includes(name) ? dockerHub : name;
}

/**
 * The whole name under which the image is pulled, and the registry to log in to. An image that names no registry is one of
 * `serverUrl`, or of Docker Hub, whatever the engine of a node would search.
 */
export function pulledFrom({ image, serverUrl: server }: Pick<ContainerSettings, "image" | "serverUrl">): {
  readonly reference: string;
  readonly registry: string;
} {
  const given = server === undefined ? undefined : registryOf(server);
  const [head = "", ...rest] = image.split("/");
  if (rest.length > 0 && /[.:]|^localhost$/.test(head))
    return { reference: image, registry: given ?? head.toLowerCase() };
  const registry = given ?? dockerHub;
  const path = registry === dockerHub && rest.length === 0 ? `library/${image}` : image;
  return { reference: `${registry}/${path}`, registry };
}

/** Who logs in to an Azure container registry with a token for a password. */
export const registryIdentityUser = "00000000-0000-0000-0000-000000000000";

/** Where a job gives no credentials, the service's own identity may have access to a registry of Azure. */
export function isAzureRegistry(registry: string): boolean {
  return /^[a-z0-9-]{1,63}\.azurecr\.(?:io|us|cn)$/.test(registry);
}
