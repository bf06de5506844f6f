// Builds the dashboard into the server's package. Invariants: no inline script or style (the server's policy refuses
// them), every file under /assets carries its hash, and `npm run dev -w @everstep/dashboard` sends API calls to a
// running server (EVERSTEP_URL, by default port 8288).
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env["EVERSTEP_URL"] ?? "http://127.0.0.1:8288";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: "../server/dist/dashboard",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // For whoever ships the page: packages/cli/tsdown.config.ts adds it to the licences of the command.
    license: { fileName: "third-party-licences.md" },
    chunkSizeWarningLimit: 700,
  },
  server: {
    host: "127.0.0.1",
    port: 8290,
    proxy: { "/v2": { target: server, changeOrigin: true }, "/docs": server },
  },
});
