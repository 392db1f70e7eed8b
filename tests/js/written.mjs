// Compares what the browser keeps of texts with what the server does, told as [[sent, kept], ...].
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { written } from "./js/written.js"

for (const [sent, kept] of JSON.parse(readFileSync(0, "utf8"))) assert.equal(written(sent), kept, JSON.stringify(sent))
