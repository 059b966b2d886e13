# The functions that image.sh and compose.sh share. They source this file after support.sh. Podman has a store of its own in artifacts/,
# so that the second script finds what the first one built. Base images are built from files of this machine, because a registry may not
# be reachable.

# prepare_containers TITLE: prepares Podman and the base images. If containers cannot start, reports the title as skipped and ends the
# script.
prepare_containers() {
  require_commands "$1" podman runc /usr/lib/podman/netavark iptables dotnet clang
  if [ "$(id -u)" != 0 ]; then
    report skipped "$1 (root is required to build the base images from files of this machine)"
    end
  fi

  store=$PWD/artifacts/containers
  mkdir -p "$store"
  export CONTAINERS_CONF=$store/containers.conf CONTAINERS_STORAGE_CONF=$store/storage.conf
  # The default limits of Podman can exceed those that root can set without all capabilities. crun does not support the control groups of
  # all machines.
  cat >"$CONTAINERS_CONF" <<TOML
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "$store/tmp"
[network]
network_config_dir = "$store/networks"
TOML
  cat >"$CONTAINERS_STORAGE_CONF" <<TOML
[storage]
driver = "overlay"
graphroot = "$store/storage"
runroot = "$store/run"
TOML
  trap 'remove_containers; stop; rm -rf "$work"' EXIT
  remove_containers
  podman image prune --force --filter until=2h >/dev/null 2>&1 # left by earlier builds

  build_sdk_base
  build_runtime_base
  if ! podman run --rm --network none --volume /usr:/usr:ro "$sdk_base" /usr/bin/true >"$work/log" 2>&1; then
    cat "$work/log"
    report skipped "$1 (podman cannot start a container on this machine)"
    end
  fi
}

# Removes all containers and unused networks of the store, which only these scripts use.
remove_containers() {
  podman rm --all --force --time 0 >/dev/null 2>&1
  podman network prune --force >/dev/null 2>&1
}

# Builds the base image that replaces mcr.microsoft.com/dotnet/sdk:…-aot. The SDK, clang and the packages of this machine are mounted,
# so nothing needs to be downloaded again.
build_sdk_base() {
  local dotnet packages
  sdk_base=localhost/stand-in/sdk
  dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
  packages=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
  mkdir -p "$packages" "$HOME/.nuget/NuGet" "$work/sdk"/{dev,etc,proc,run,sys,usr,var,root/.nuget/{NuGet,packages}}
  mkdir -m 1777 "$work/sdk/tmp"
  ln -s usr/bin usr/sbin usr/lib usr/lib64 "$work/sdk"
  sdk_mounts=(--volume /usr:/usr:ro --volume /etc:/etc:ro --volume "$dotnet:$dotnet:ro"
    --volume "$packages:/root/.nuget/packages" --volume "$HOME/.nuget/NuGet:/root/.nuget/NuGet:ro")
  {
    echo FROM scratch
    echo COPY sdk /
    echo "ENV PATH=$dotnet:/usr/bin:/bin DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1"
    env | grep -E '^(NUGET|SSL_CERT)_' | sort | sed 's/\([^=]*\)=\(.*\)/ENV \1="\2"/'
  } >"$work/Dockerfile"
  build_base "$sdk_base"
}

# Builds the base image that replaces mcr.microsoft.com/dotnet/runtime-deps:…-chiseled. It contains the libraries of this machine that
# the program needs, and no shell.
build_runtime_base() {
  runtime_base=localhost/stand-in/runtime-deps
  mkdir -p "$work/runtime"/{dev,etc/ssl/certs,home/app,proc,run,sys,var}
  mkdir -m 1777 "$work/runtime/tmp"
  copy_libraries "$work/runtime" libc.so.6 libm.so.6 libssl.so.3 libcrypto.so.3
  cp -L /etc/ssl/certs/ca-certificates.crt "$work/runtime/etc/ssl/certs/"
  printf 'root:x:0:0::/root:/usr/sbin/nologin\napp:x:1654:1654::/home/app:/usr/sbin/nologin\n' >"$work/runtime/etc/passwd"
  printf 'root:x:0:\napp:x:1654:\n' >"$work/runtime/etc/group"
  printf 'FROM scratch\nCOPY runtime /\n' >"$work/Dockerfile"
  build_base "$runtime_base"
}

# library_path NAME: the path of a shared library on this machine.
library_path() { ldconfig -p | awk -v name="$1" '$1 == name { print $NF; exit }'; }

# copy_libraries ROOT NAME…: copies shared libraries and the loader to the same paths below ROOT.
copy_libraries() {
  local root=$1 name path
  shift
  for path in $(for name in "$@"; do library_path "$name"; done; ls /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.* 2>/dev/null); do
    mkdir -p "$root$(dirname "$path")"
    cp -L "$path" "$root$path"
  done
}

# build_base IMAGE: builds an image from $work/Dockerfile.
build_base() {
  # With a fixed timestamp, files with the same content give the same layer, so the layers that are built on it stay cached.
  podman build --quiet --format docker --timestamp 0 --tag "$1" --file "$work/Dockerfile" "$work" >"$work/log" 2>&1 && return
  cat "$work/log"
  report failed "The base image $1 builds"
  end
}

# build_image TAG: builds the Dockerfile of the repository. It needs --format docker, because an OCI image has no health check.
build_image() {
  local build=(podman build --format docker --isolation chroot "${sdk_mounts[@]}"
    --build-arg SDK="$sdk_base" --build-arg RUNTIME="$runtime_base"
    --build-arg VERSION="$(.github/version.sh)" --build-arg REVISION="$(git rev-parse HEAD 2>/dev/null)" --tag "$1")
  # The packages are outside the layers. If they were removed, a cached restore is useless, so the build is repeated without the cache.
  "${build[@]}" . || "${build[@]}" --no-cache .
}
