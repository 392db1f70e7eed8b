"""A passkey's device in software: it makes keys and answers challenges, rightly or as a forger would."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

Lies = dict[str, Any]
"""What is said instead of what is so."""
PRESENT, VERIFIED, MADE = 0x01, 0x04, 0x40


def as_text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def as_bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """One passkey."""

    def __init__(self) -> None:
        self.id = secrets.token_bytes(16)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count = 0

    def makes(self, options: dict[str, Any], origin: str, lies: Lies) -> dict[str, Any]:
        """What the browser answers that was asked to make one."""
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        told = self._told(options["rp"]["id"], MADE, lies)
        told += bytes(16) + len(self.id).to_bytes(2, "big") + self.id + key
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": told})
        said = self._said("webauthn.create", options, origin, lies)
        return self._answer({"clientDataJSON": as_text(said), "attestationObject": as_text(made)})

    def uses(self, options: dict[str, Any], origin: str, lies: Lies) -> dict[str, Any]:
        """What it answers that was asked to use one."""
        self.count = lies.get("count", self.count + 1)
        told = self._told(options["rpId"], 0, lies)
        said = self._said("webauthn.get", options, origin, lies)
        signed = told + hashlib.sha256(said).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        signature = lies.get("signature", signature)
        return self._answer(
            {
                "clientDataJSON": as_text(said),
                "authenticatorData": as_text(told),
                "signature": as_text(signature),
                "userHandle": None,
            }
        )

    def _told(self, site: str, flags: int, lies: Lies) -> bytes:
        flags |= lies.get("flags", PRESENT | VERIFIED)
        site = lies.get("site", site)
        return (
            hashlib.sha256(site.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")
        )

    def _said(self, kind: str, options: dict[str, Any], origin: str, lies: Lies) -> bytes:
        said = {
            "type": lies.get("kind", kind),
            "challenge": lies.get("challenge", options["challenge"]),
            "origin": lies.get("origin", origin),
            "crossOrigin": False,
        }
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        id = as_text(self.id)
        return {"id": id, "rawId": id, "type": "public-key", "response": response}
