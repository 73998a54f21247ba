// Key pairs with which the nodes of one cluster know each other.
export interface KeyPairs {
  /** Text forms that OpenSSH reads: a PEM file, and one line of `authorized_keys`. */
  create(comment: string): Promise<{ readonly privateKey: string; readonly publicKey: string }>;
}
