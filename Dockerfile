# The image contains one native program and its routes, and no shell. Docker (BuildKit), Podman and Buildah can build it for linux/amd64 and
# linux/arm64, on either platform.
#
#   docker build -t clik2pay-sidecar .
#
# To build for the other platform, Podman 4.3 requires --build-arg BUILDPLATFORM=linux/amd64 (or arm64), the platform of the machine.
# The OCI image format has no health checks. `podman build` and `buildah build` keep the health check only with --format docker.

# To pin a base image, set its digest: --build-arg RUNTIME=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled@sha256:…
# (`docker buildx imagetools inspect mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled` prints it).
# The SDK image includes clang, which links the program.
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0-noble-aot
ARG RUNTIME=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled

# Builds on the platform of the machine and cross-compiles, so nothing is emulated. Cross-compiling needs the other platform's C library.
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

# Docker repeats the restore only if these files change.
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

# A number, so that Kubernetes can verify that the user is not root. The user owns no files and writes none.
USER 1654:1654

# There is no EXPOSE, because both listeners are on loopback by default.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["/clik2pay-sidecar", "wait", "--timeout", "2"]
ENTRYPOINT ["/clik2pay-sidecar"]

# The labels come last, because they change with each commit. VERSION is the version in Directory.Build.props.
ARG VERSION
ARG REVISION
ARG CREATED
ARG SOURCE
LABEL org.opencontainers.image.title="clik2pay-sidecar" \
      org.opencontainers.image.description="Adds the Clik2pay API key and access token to an application's calls." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED" \
      org.opencontainers.image.source="$SOURCE"
