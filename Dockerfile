# The gateway as an image; docs/operating.md says how it is run.
# With HOST=0.0.0.0 the gateway starts only where AUTH_MODE says who may ask: that has no default here, on purpose.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY scripts/build.mjs scripts/graphiql.mjs scripts/libraries.mjs scripts/swc-options.mjs ./scripts/
COPY src ./src
RUN npm run --silent build && find dist -type f -name '*.map' -delete

FROM node:${NODE_VERSION}-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:${NODE_VERSION}-bookworm-slim AS runtime
# Large allocations go back to the system when they are freed; malloc's default is to keep them once it has freed one.
ENV NODE_ENV=production HOST=0.0.0.0 MALLOC_MMAP_THRESHOLD_=1048576
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json schema.graphql client.graphql LICENSE ./
COPY docs/configuration.md ./docs/configuration.md
USER 1000:1000
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Of a container of 512 MB: docs/operating.md (memory) has the sum.
ENTRYPOINT ["node", "--max-old-space-size=208", "--max-semi-space-size=16", "dist/main.js"]
# Last, so that another revision changes no layer before it.
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="campaign-gateway" \
  org.opencontainers.image.description="A GraphQL gateway over Exotel's SMS-campaign REST API" \
  org.opencontainers.image.source="https://github.com/campaign-gateway/campaign-gateway" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
