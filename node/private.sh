# A folder for what programs of the node want to read from a file though it is secret: in memory, root's alone, and outside of
# the folders that Azure Batch shows of a node.
open_private_dir() { # → private_dir
  private_dir=${BATCHAI_NODE_FILES-}/run/batchai # a node that is only a folder of a bigger machine
  (umask 077 && mkdir -p "$private_dir") && chmod 700 "$private_dir"
}
