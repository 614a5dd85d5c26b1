# Builds on any platform with a node:24 image (amd64, arm64); no compiler is needed.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY schemas schemas
COPY routes routes
COPY src src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-slim
ARG NEARIFY_COMMIT=""
ENV NODE_ENV=production \
    NEARIFY_COMMIT=$NEARIFY_COMMIT \
    NEARIFY__SERVICE__HOST=0.0.0.0 \
    NEARIFY__STORAGE__STORAGE_PATH=/nearify/storage
WORKDIR /nearify
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN mkdir storage && chown node:node storage
USER node
VOLUME /nearify/storage
EXPOSE 6333
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.NEARIFY__SERVICE__HTTP_PORT ?? 6333}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["serve"]
