# What image.sh and compose.sh have in common; they source it after support.sh. A Podman with a store of its own, which lies in artifacts/ so that the second
# of them need not build again, and the bases of the image where no registry can be reached.

# containers WHAT: makes ready, or ends the script, as skipped, where containers cannot be started.
containers() {
  need "$1" podman runc /usr/lib/podman/netavark iptables dotnet clang
  if [ "$(id -u)" != 0 ]; then
    tell skipped "$1 (needs root: the bases are made of this machine's own files)"
    end
  fi

  store=$PWD/artifacts/containers
  mkdir -p "$store"
  export CONTAINERS_CONF=$store/containers.conf CONTAINERS_STORAGE_CONF=$store/storage.conf
  # Podman would raise the limits beyond what root may where root has not all capabilities, and crun wants another layout of control groups than some machines have.
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
  podman image prune --force --filter until=2h >/dev/null 2>&1 # what former builds left

  sdk_base
  runtime_base
  if ! podman run --rm --network none --volume /usr:/usr:ro "$sdk_base" /usr/bin/true >"$work/log" 2>&1; then
    cat "$work/log"
    tell skipped "$1 (podman cannot start a container here)"
    end
  fi
}

# Of this store, which is ours alone.
remove_containers() {
  podman rm --all --force --time 0 >/dev/null 2>&1
  podman network prune --force >/dev/null 2>&1
}

# In place of mcr.microsoft.com/dotnet/sdk:…-aot: this machine's own SDK and clang, mounted, as are its packages, so that nothing has to be downloaded again.
sdk_base() {
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

# In place of mcr.microsoft.com/dotnet/runtime-deps:…-chiseled: what the program needs of a system, from this machine, and no shell.
runtime_base() {
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

# copy_libraries ROOT NAME…: shared libraries, and the loader, to where they are on this machine.
copy_libraries() {
  local root=$1 path
  shift
  for path in $(for name in "$@"; do ldconfig -p | awk -v name="$name" '$1 == name { print $NF; exit }'; done; ls /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.* 2>/dev/null); do
    mkdir -p "$root$(dirname "$path")"
    cp -L "$path" "$root$path"
  done
}

build_base() {
  # Files of one content and another time are the same layer, so that what is built on it is found again.
  podman build --quiet --format docker --timestamp 0 --tag "$1" --file "$work/Dockerfile" "$work" >"$work/log" 2>&1 && return
  cat "$work/log"
  tell failed "$1 is built"
  end
}

# build_image TAG: the Dockerfile as it is. --format docker, since an OCI image has no health check.
build_image() {
  local build=(podman build --format docker --isolation chroot "${sdk_mounts[@]}" --build-arg SDK="$sdk_base" --build-arg RUNTIME="$runtime_base"
    --build-arg VERSION="$(.github/version.sh)" --build-arg REVISION="$(git rev-parse HEAD 2>/dev/null)" --tag "$1")
  # The packages lie outside of the layers: where they have gone, what was restored before is worth nothing.
  "${build[@]}" . || "${build[@]}" --no-cache .
}
