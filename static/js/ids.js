/** Ids that this client chooses: one per intent, the same when it is sent again. */

/** @returns {string} 128 random bits as hex. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
