# The image of sse-cluster: one program, its plugins and the libraries they need. Which packages those are stands in
# scripts/packages.
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS packages
COPY scripts/packages /packages
RUN sed -n 's/^build: *//p' /packages >/build && sed -n 's/^run: *//p' /packages >/run.list

FROM packages AS build
RUN apt-get update -qq && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(cat /build)
WORKDIR /source
ENV CCACHE_DIR=/ccache
COPY CMakeLists.txt CMakePresets.json LICENSE ./
COPY cmake cmake
COPY config config
COPY core core
COPY plugins plugins
ARG JOBS
RUN cmake --preset release && \
    cmake --build --preset release -j "${JOBS:-$(nproc)}" && \
    cmake --install build/release --prefix /usr/local --strip && \
    rm -rf /usr/local/include /usr/local/lib/cmake /usr/local/lib/*.a /usr/local/bin/sse-plugin-check

FROM ${BASE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="sse-cluster" \
      org.opencontainers.image.description="A broker for Server-Sent Events whose nodes find each other" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="docker.io/library/debian:bookworm-slim"
COPY --from=packages /run.list /tmp/run.list
RUN apt-get update -qq && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(cat /tmp/run.list) ca-certificates && \
    apt-get clean && \
    rm -rf /tmp/run.list /var/lib/apt/lists/* /var/cache/* /var/log/* /usr/share/doc/* /usr/share/man/* && \
    groupadd --gid 65532 sse-cluster && \
    useradd --uid 65532 --gid 65532 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin sse-cluster
COPY --from=build /usr/local /usr/local
# Numbers, so that an orchestrator can see that it is not root.
USER 65532:65532
EXPOSE 8080/tcp 42000/tcp 42000/udp
# Draining, not killing.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=12s --start-period=10s --retries=3 CMD ["sse-cluster", "probe"]
ENTRYPOINT ["sse-cluster"]
CMD ["start"]
