// Container registries of Azure that let this service's own identity in, where a job gives no credentials. An administrator says
// which, because the service logs in for whoever may submit.

export interface ContainerRegistries {
  /**
   * A password for the user `registryIdentityUser` (domain/job/container.ts), good for a few hours; undefined when the registry is
   * not one that the service may log in to: then the pull is tried without.
   * @throws AppError ContainerRegistryUnavailable when the registry refuses; ServiceUnavailable when it could not be reached.
   */
  password(registry: string): Promise<string | undefined>;
}
