# Files that only a node of this cluster can read. Batch hands every node the private key of an account of the pool and
# answers it to nobody; the passphrase of the files is a hash of it. Form: `services/azure/node-sealing.ts`.
# Invariant: neither passphrase nor opened text is ever in a file, a command line or an environment.

home_of() { # user
  if [ -n "${BATCHAI_NODE_FILES-}" ]; then # a node that is only a folder of a bigger machine
    if [ "$1" = root ]; then printf '%s\n' "$BATCHAI_NODE_FILES/root"; else printf '%s\n' "$BATCHAI_NODE_FILES/home/$1"; fi
  else
    getent passwd "$1" | cut -d : -f 6
  fi
}

# Batch does not say how it names the file that it puts into the account's `.ssh`.
node_key() {
  sealed_home=$(home_of "$sealed_account")
  [ -n "$sealed_home" ] || return 1
  set +f
  set -- "$sealed_home"/.ssh/*
  set -f
  for sealed_file do
    if grep -q -e '-----BEGIN .*PRIVATE KEY-----' "$sealed_file" 2>/dev/null; then
      cat "$sealed_file"
      return
    fi
  done
  return 1
}

# Opens the text of a sealed file → sealed_text, or says in sealed_error why it cannot.
open_sealed() { # text of the file
  sealed_text='' sealed_error=''
  if ! command -v openssl >/dev/null 2>&1; then
    sealed_error="the node has no openssl, with which secrets are opened: install it in the image"
    return 1
  fi
  if ! sealed_key=$(node_key); then
    sealed_error="Azure Batch put no key into the home of the account '$sealed_account': make the cluster again"
    return 1
  fi
  sealed_key=$(printf '%s\n' "$sealed_key" | sed '/-----/d' | tr -d ' \r\n' | openssl dgst -sha256 -r)
  sealed_key=${sealed_key%% *}
  sealed_text=$(
    printf '%s\n' "$1" | (
      exec 4<&0
      printf '%s\n' "$sealed_key" |
        openssl enc -d -aes-256-cbc -md sha256 -pbkdf2 -iter 1 -a -pass fd:3 3<&0 <&4 2>/dev/null
    )
  )
  sealed_mark=${sealed_text%%"$nl"*} sealed_text=${sealed_text#*"$nl"}
  sealed_found=$(printf '%s\n%s' "$sealed_key" "$sealed_text" | openssl dgst -sha256 -r)
  sealed_key=''
  [ "$sealed_mark" != "${sealed_found%% *}" ] || return 0
  sealed_text='' sealed_error="it is damaged, or sealed for another cluster"
  return 1
}
