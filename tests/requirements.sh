# The commands that the tests need, and the Debian packages that contain them. tests/run.sh sources this file.

commands=() packages=()

# need COMMAND PACKAGE…: if the command is missing, records it and its Debian packages.
need() {
  command -v "$1" >/dev/null && return
  commands+=("${1##*/}") packages+=("${@:2}")
}

# need_yaml: the same for Python's yaml module, if Python is Debian's own. Another Python does not find Debian's package.
need_yaml() {
  case $(command -v python3) in '' | /usr/bin/python3) ;; *) return ;; esac
  /usr/bin/python3 -c 'import yaml' 2>/dev/null && return
  commands+=("the Python module yaml") packages+=(python3-yaml)
}

# need_oauth_library: the same for Python's module requests_oauthlib. If python3 does not find the module, tests/placeholder.sh uses
# Debian's Python.
need_oauth_library() {
  local python
  for python in python3 /usr/bin/python3; do "$python" -c 'import requests_oauthlib' 2>/dev/null && return; done
  commands+=("the Python module requests_oauthlib") packages+=(python3-requests-oauthlib)
}

# need_php_extension EXTENSION PACKAGE: adds the package if the extension is missing and PHP comes from Debian.
need_php_extension() {
  [ "$(command -v php)" = /usr/bin/php ] || return
  php -r "exit(extension_loaded('$1') ? 0 : 1);" && return
  commands+=("the PHP extension $1") packages+=("$2")
}

need_all() {
  commands=() packages=()
  need curl curl
  need python3 python3
  need node nodejs
  need promtool prometheus
  need redis-server redis-server
  [ -z "$fast" ] || return
  need_yaml
  need_oauth_library
  need npm npm
  need jq jq
  need php php-cli php-curl php-sqlite3
  need_php_extension curl php-curl
  need_php_extension pdo_sqlite php-sqlite3
  need java default-jdk-headless
  need chromium chromium
  need wrk wrk
  need nginx nginx-light
  need podman podman
  need runc runc
  need /usr/lib/podman/netavark netavark aardvark-dns
  need iptables iptables
  need docker-compose docker-compose
  need ip iproute2
  need clang clang
  need git git
  need systemd-analyze systemd
  need dbus-daemon dbus
}

# list WORD…: prints the words, separated by commas.
list() {
  printf '%s' "$1"
  if [ $# -gt 1 ]; then printf ', %s' "${@:2}"; fi
}

# Shows the output of apt-get only if it fails.
apt_install() {
  {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
  } >"$results/apt" 2>&1 || { tail -n 20 "$results/apt"; return 1; }
}

install_packages() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    refuse "Missing: $(list "${commands[@]}")" \
      "--install requires root and apt-get. Install the commands yourself, or pass --skip-missing."
  fi
  echo "Installing ${packages[*]}"
  part "installation" apt_install || refuse "apt-get failed. Install the packages yourself, or pass --skip-missing."
  need_all
  [ "${#commands[@]}" = 0 ] || refuse "Still missing after the installation: $(list "${commands[@]}")"
}

# require_all HOW: if commands are missing, installs them, continues without them, or refuses to run. HOW is install, skip or refuse.
require_all() {
  local command
  command -v dotnet >/dev/null || refuse "dotnet is missing. Install the .NET SDK that global.json names."
  need_all
  if [ "${#commands[@]}" != 0 ]; then
    case $1 in
      install) install_packages ;;
      skip) echo "Missing: $(list "${commands[@]}"). Tests that need these commands are skipped." ;;
      refuse)
        refuse "Missing: $(list "${commands[@]}")" "Debian packages: ${packages[*]}" \
          "To install the packages, pass --install. To skip the tests that need the commands, pass --skip-missing."
        ;;
    esac
  fi
  [ -z "$fast" ] || return 0
  python3 -c 'import yaml' 2>/dev/null || echo "Python's yaml module is missing. The chart tests are skipped."
}
