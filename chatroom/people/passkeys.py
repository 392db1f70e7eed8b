"""Passkeys: what a browser is asked, and whether its answer is right (WebAuthn Level 3)."""

import json
import struct
from typing import Any
from urllib.parse import urlsplit

import webauthn
from cryptography.exceptions import UnsupportedAlgorithm
from msgspec import Struct
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from moderation.refused import Refused

PATIENCE = 120.0
"""Seconds in which somebody finds their key."""
WRONG = (
    *(WebAuthnException, ValueError, TypeError, AttributeError, LookupError, RecursionError),
    *(struct.error, UnsupportedAlgorithm),
)
"""What comes of an answer that is none: it is read by four libraries, of which not each says so in its own words."""


class Made(Struct, frozen=True):
    """A passkey that a browser has just made."""

    id: bytes
    data: bytes


def site_of(origin: str) -> str:
    """The name under which passkeys are made: the host of the page."""
    return str(urlsplit(origin).hostname)


def to_make(
    origin: str, challenge: bytes, handle: bytes, name: str, organisation: str, known: list[bytes]
) -> dict[str, Any]:
    """What a browser is asked so that it makes one; not on a device that has one already."""
    options = webauthn.generate_registration_options(
        rp_id=site_of(origin),
        rp_name=organisation,
        user_id=handle,
        user_name=name,
        challenge=challenge,
        timeout=int(PATIENCE * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=id) for id in known],
    )
    return _as_json(options)


def made(origin: str, challenge: bytes, answer: dict[str, Any]) -> Made:
    """The passkey of an answer; raises `Refused("passkey_wrong")`."""
    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site_of(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
    except WRONG:
        raise Refused("passkey_wrong") from None
    return Made(found.credential_id, data_of(found.credential_public_key, found.sign_count))


def to_use(origin: str, challenge: bytes) -> dict[str, Any]:
    """What a browser is asked so that it offers the passkeys it has; it names nobody (A97)."""
    options = webauthn.generate_authentication_options(
        rp_id=site_of(origin),
        challenge=challenge,
        timeout=int(PATIENCE * 1000),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _as_json(options)


def after_use(origin: str, challenge: bytes, answer: dict[str, Any], data: bytes) -> bytes:
    """What is to be kept once this answer was given; raises `Refused("passkey_wrong")`."""
    count, key = int.from_bytes(data[:4], "big"), data[4:]
    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site_of(origin),
            expected_origin=origin,
            credential_public_key=key,
            credential_current_sign_count=count,
            require_user_verification=True,
        )
    except WRONG:
        raise Refused("passkey_wrong") from None
    return data_of(key, found.new_sign_count)


def data_of(key: bytes, count: int) -> bytes:
    """As it is kept: how often it was used, as far as it says so, and the public key."""
    return count.to_bytes(4, "big") + key


def id_of(answer: dict[str, Any]) -> bytes:
    """Which passkey answers; raises `Refused("passkey_wrong")` for what is no answer."""
    try:
        return webauthn.base64url_to_bytes(answer["rawId"])
    except WRONG:
        raise Refused("passkey_wrong") from None


def challenge_of(answer: dict[str, Any]) -> bytes:
    """Which challenge it claims to answer; whether there was such a one is another question."""
    try:
        said = json.loads(webauthn.base64url_to_bytes(answer["response"]["clientDataJSON"]))
        return webauthn.base64url_to_bytes(said["challenge"])
    except WRONG:
        raise Refused("passkey_wrong") from None


def named(id: bytes) -> str:
    """How a way in is named in an address."""
    return bytes_to_base64url(id)


def _as_json(options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return found
