# The image: one native program, its routes, and no shell. Builds with Docker (BuildKit), Podman and Buildah, for linux/amd64 and linux/arm64 from either of them.
#
#   docker build -t clik2pay-sidecar .
#
# For the other platform Podman 4.3 has to be told --build-arg BUILDPLATFORM=linux/amd64 (or arm64): the machine's own.
# Health checks are no part of OCI images: `podman build` and `buildah build` keep the one below only with --format docker.

# To pin a base, give it with its digest: --build-arg RUNTIME=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled@sha256:…
# (`docker buildx imagetools inspect mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled` prints it).
# The SDK with clang, which links the program.
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0-noble-aot
ARG RUNTIME=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled

# On the machine's own platform: compiler and linker cross, so nothing is emulated. For the other platform they need its C library.
FROM --platform=$BUILDPLATFORM $SDK AS build
ARG BUILDARCH
ARG TARGETARCH
RUN case $BUILDARCH-$TARGETARCH in \
      amd64-arm64) packages="gcc-aarch64-linux-gnu libc6-dev-arm64-cross" ;; \
      arm64-amd64) packages="gcc-x86-64-linux-gnu libc6-dev-amd64-cross" ;; \
      *) exit 0 ;; \
    esac; \
    apt-get update && apt-get install -y --no-install-recommends $packages && rm -rf /var/lib/apt/lists/*
WORKDIR /source

# Packages are restored again only when these files change.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/Clik2pay.Sidecar/Clik2pay.Sidecar.csproj src/Clik2pay.Sidecar/
COPY src/Clik2pay.Simulator/Clik2pay.Simulator.csproj src/Clik2pay.Simulator/
RUN dotnet restore src/Clik2pay.Sidecar --arch $TARGETARCH

COPY . .
ARG REVISION
RUN dotnet publish src/Clik2pay.Sidecar --no-restore --arch $TARGETARCH --output /publish -p:SourceRevisionId=$REVISION

FROM $RUNTIME
COPY LICENSE /
COPY --from=build /publish/proxy.json /publish/clik2pay-sidecar /

# As number, so that Kubernetes sees that it is not root. Owns no file and needs no folder to write to.
USER 1654:1654

# Ports are not declared: both listeners are on loopback unless they are told otherwise.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["/clik2pay-sidecar", "wait", "--timeout", "2"]
ENTRYPOINT ["/clik2pay-sidecar"]

# Last, since they change with each commit. VERSION is that of Directory.Build.props.
ARG VERSION
ARG REVISION
ARG CREATED
ARG SOURCE
LABEL org.opencontainers.image.title="clik2pay-sidecar" \
      org.opencontainers.image.description="Puts the Clik2pay API key and access token on an application's calls, so that the application holds neither." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED" \
      org.opencontainers.image.source="$SOURCE"
