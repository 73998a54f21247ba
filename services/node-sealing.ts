// Texts that only the nodes of one cluster can read, though they travel through files that others may see.
export interface NodeSealer {
  /**
   * @param nodeKey private key of the cluster's nodes, as Azure Batch hands it to them.
   * @returns lines that `node/sealed.sh` opens.
   */
  seal(nodeKey: string, text: string): string;
}
