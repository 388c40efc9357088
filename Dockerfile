# One image for all apps; the argument chooses: docker run perigee scheduler
FROM node:22-bookworm-slim AS build
WORKDIR /app
# For the native UDP receiver; where there is none to be had, the image has the plain one.
RUN (apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev) \
  || echo 'No compiler can be installed' >&2
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=optional
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY apps ./apps
COPY libs ./libs
COPY scripts ./scripts
RUN npm run build && npm prune --omit=dev --omit=optional

# It runs read-only, with a /tmp if at all; an ingestor keeps telemetry in /data while its database is away.
FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/apps/ingestor/native ./apps/ingestor/native
COPY deploy/postgres ./deploy/postgres
COPY packets ./packets
RUN mkdir /data && chown node /data
USER node
EXPOSE 8000 8001 8002 8088 10015/udp
ENTRYPOINT ["/bin/sh", "-c", "exec node --enable-source-maps dist/apps/$0/src/main.js"]
CMD ["all"]
