/** Asks the browser for a passkey, or for a new one, as the server wants it. */

/** @param {string} text @returns {ArrayBuffer} */
function bytes(text) {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"))
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0)).buffer
}

/** @param {ArrayBuffer | null} buffer */
function text(buffer) {
  if (buffer === null) return null
  const raw = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")
}

/** Whether this browser knows passkeys: only by https, or on this very machine. */
export function hasPasskeys() {
  return "PublicKeyCredential" in window
}

/** @param {any} wanted @returns {Promise<object>} what the server is to be answered */
export async function usePasskey(wanted) {
  const publicKey = { ...wanted, challenge: bytes(wanted.challenge), allowCredentials: [] }
  const key = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }))
  const response = /** @type {AuthenticatorAssertionResponse} */ (key.response)
  return {
    ...named(key),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
    },
  }
}

/** @param {any} wanted @returns {Promise<object>} */
export async function makePasskey(wanted) {
  const publicKey = {
    ...wanted,
    challenge: bytes(wanted.challenge),
    user: { ...wanted.user, id: bytes(wanted.user.id) },
    excludeCredentials: (wanted.excludeCredentials ?? []).map((/** @type {any} */ one) => ({ ...one, id: bytes(one.id) })),
  }
  const key = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }))
  const response = /** @type {AuthenticatorAttestationResponse} */ (key.response)
  return {
    ...named(key),
    response: { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject) },
  }
}

/** @param {PublicKeyCredential} key */
function named(key) {
  return { id: key.id, rawId: text(key.rawId), type: key.type, clientExtensionResults: {} }
}

/** What to say where the browser gave none: it does not tell why. @param {unknown} error */
export function whyNot(error) {
  const name = error instanceof Error ? error.name : ""
  if (name === "InvalidStateError") return "This device has a passkey for your account already."
  return "No passkey was used. Try again, or take another way."
}
