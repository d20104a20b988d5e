"""Issuer keys: made, written for others to read, and sealed for keeping.

Two keys for an issuer: Ed25519 for the Data Integrity proof, RSA-2048 (or P-256) for the VC-JWT. EdDSA is never used for
a VC-JWT, because 1EdTech's public validator takes only RS256 and ES256 there.
"""

from __future__ import annotations

import enum
import hashlib
import json
import os
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from credentials.badges.multibase import base64url, base64url_decode, multibase58, multibase_decode
from credentials.badges.refusals import N_, Refused


class Algorithm(enum.StrEnum):
    """What a key signs with, by its JOSE name (RFC 7518 and RFC 8037)."""

    EDDSA = "EdDSA"  # Ed25519, for eddsa-rdfc-2022
    RS256 = "RS256"  # RSA-2048 with PKCS #1 v1.5 and SHA-256, for VC-JWT
    ES256 = "ES256"  # P-256 with SHA-256, for VC-JWT


# Multicodec prefixes of a Multikey (Controlled Identifiers 1.0, section 2.2.2).
_ED25519_PREFIX = b"\xed\x01"
_P256_PREFIX = b"\x80\x24"

_RSA_BITS_AT_LEAST = 2048


@dataclass(frozen=True)
class PublicKey:
    """The half of a key that everybody may see."""

    algorithm: Algorithm
    key: ed25519.Ed25519PublicKey | rsa.RSAPublicKey | ec.EllipticCurvePublicKey

    def multikey(self) -> str:
        """`publicKeyMultibase` of a Multikey. Raises `Refused` for RSA, which has no Multikey form."""
        if isinstance(self.key, ed25519.Ed25519PublicKey):
            return multibase58(_ED25519_PREFIX + self.key.public_bytes_raw())
        if isinstance(self.key, ec.EllipticCurvePublicKey):
            compressed = serialization.PublicFormat.CompressedPoint
            return multibase58(_P256_PREFIX + self.key.public_bytes(serialization.Encoding.X962, compressed))
        raise Refused(N_("An RSA key has no Multikey form."))

    def jwk(self) -> dict[str, str]:
        """The JSON Web Key (RFC 7517) with `alg` and `use`."""
        return self._members() | {"alg": self.algorithm.value, "use": "sig"}

    def thumbprint(self) -> str:
        """SHA-256 of the key's required members, base64url (RFC 7638)."""
        text = json.dumps(self._members(), sort_keys=True, separators=(",", ":"))
        return base64url(hashlib.sha256(text.encode()).digest())

    @property
    def fragment(self) -> str:
        """The name of the key inside its DID document: derived from the key, so that it can never be given twice."""
        return self.multikey() if self.algorithm is Algorithm.EDDSA else self.thumbprint()

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether `signature` (64 bytes for EdDSA and, as r and s, for ES256) is this key's over `data`."""
        try:
            if isinstance(self.key, ed25519.Ed25519PublicKey):
                self.key.verify(signature, data)
            elif isinstance(self.key, rsa.RSAPublicKey):
                self.key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            else:
                if len(signature) != 64:
                    return False
                r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
                self.key.verify(encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    def to_bytes(self) -> bytes:
        """SubjectPublicKeyInfo in DER, for a table row."""
        return self.key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    @classmethod
    def from_bytes(cls, data: bytes) -> PublicKey:
        """The key written by `to_bytes`. Raises `Refused` for anything else."""
        try:
            return cls.wrap(serialization.load_der_public_key(data))
        except ValueError:
            raise Refused(N_("These bytes are not a public key.")) from None

    @classmethod
    def wrap(cls, key: Any) -> PublicKey:
        """`key` of the cryptography package. Raises `Refused` for a kind or size that no badge here is signed with."""
        return cls(_algorithm_of(key), key)

    @classmethod
    def from_multikey(cls, text: object) -> PublicKey:
        """The key behind `publicKeyMultibase`. Raises `Refused` for anything but Ed25519 and P-256."""
        data = multibase_decode(text)
        if data[:2] == _ED25519_PREFIX and len(data) == 34:
            return cls(Algorithm.EDDSA, ed25519.Ed25519PublicKey.from_public_bytes(data[2:]))
        if data[:2] == _P256_PREFIX and len(data) == 35:
            try:
                return cls(Algorithm.ES256, ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data[2:]))
            except ValueError:
                pass
        raise Refused(N_("This Multikey is neither Ed25519 nor P-256."))

    @classmethod
    def from_jwk(cls, jwk: object) -> PublicKey:
        """The key behind a JSON Web Key. Raises `Refused` for anything but RSA from 2048 bits, P-256 and Ed25519."""
        try:
            return cls.wrap(_from_jwk_members(jwk))
        except (KeyError, TypeError, ValueError) as problem:
            if isinstance(problem, Refused):
                raise
            raise Refused(N_("This JSON Web Key cannot be read.")) from None

    def _members(self) -> dict[str, str]:
        if isinstance(self.key, ed25519.Ed25519PublicKey):
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url(self.key.public_bytes_raw())}
        if isinstance(self.key, rsa.RSAPublicKey):
            numbers = self.key.public_numbers()
            return {"kty": "RSA", "n": _uint(numbers.n), "e": _uint(numbers.e)}
        point = self.key.public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": _uint(point.x, 32), "y": _uint(point.y, 32)}


@dataclass(frozen=True)
class PrivateKey:
    """The half of a key that signs. Its `repr` shows nothing secret."""

    algorithm: Algorithm
    key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.algorithm, self.key.public_key())

    def sign(self, data: bytes) -> bytes:
        """The signature over `data` (ES256 as r and s, 32 bytes each, the JOSE form)."""
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(data)
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        r, s = decode_dss_signature(self.key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def to_bytes(self) -> bytes:
        """PKCS #8 in DER, not encrypted: `seal` it before it goes anywhere."""
        form = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())

    @classmethod
    def from_bytes(cls, data: bytes) -> PrivateKey:
        """The key written by `to_bytes`. Raises `Refused` for anything else."""
        try:
            key = serialization.load_der_private_key(data, password=None)
        except (ValueError, TypeError):
            raise Refused(N_("These bytes are not a private key.")) from None
        return cls(_algorithm_of(key.public_key()), key)  # type: ignore[arg-type]

    def __repr__(self) -> str:
        return f"PrivateKey({self.algorithm.value}, {self.public.fragment})"


def generate(algorithm: Algorithm) -> PrivateKey:
    """A new key from the operating system's random source."""
    match algorithm:
        case Algorithm.EDDSA:
            return PrivateKey(algorithm, ed25519.Ed25519PrivateKey.generate())
        case Algorithm.RS256:
            return PrivateKey(algorithm, rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS_AT_LEAST))
        case Algorithm.ES256:
            return PrivateKey(algorithm, ec.generate_private_key(ec.SECP256R1()))


_SEAL = b"laurel-key-1"
_SALT, _NONCE = 16, 12


def seal(private_bytes: bytes, secret: bytes, *, label: str = "") -> bytes:
    """Encrypt a private key for keeping: AES-256-GCM under a key that HKDF-SHA-256 derives from `secret`.

    `secret` is a random value of at least 16 bytes that is kept apart from the database (a setting, a file, a vault); HKDF
    does not make a guessable one strong. `label` names what is sealed, say the key's fragment: the same label has to be
    given to `unseal`, so that one sealed key cannot be put in another's place. Raises `ValueError` for a short secret.
    """
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    return _SEAL + salt + nonce + _cipher(secret, salt).encrypt(nonce, private_bytes, label.encode())


def unseal(sealed: bytes, secret: bytes, *, label: str = "") -> bytes:
    """What `seal` was given. Raises `Refused` for another secret, another label or a changed byte."""
    start = len(_SEAL)
    salt, nonce = sealed[start : start + _SALT], sealed[start + _SALT : start + _SALT + _NONCE]
    if not sealed.startswith(_SEAL) or len(nonce) < _NONCE:
        raise Refused(N_("This is not a sealed key."))
    try:
        return _cipher(secret, salt).decrypt(nonce, sealed[start + _SALT + _NONCE :], label.encode())
    except InvalidTag:
        raise Refused(N_("The sealed key does not open: the secret is another one, or the key was changed.")) from None


def _cipher(secret: bytes, salt: bytes) -> AESGCM:
    if len(secret) < 16:
        raise ValueError("The secret that seals issuer keys needs at least 16 random bytes.")
    return AESGCM(HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=_SEAL).derive(secret))


def _algorithm_of(key: Any) -> Algorithm:
    if isinstance(key, ed25519.Ed25519PublicKey):
        return Algorithm.EDDSA
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _RSA_BITS_AT_LEAST:
        return Algorithm.RS256
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return Algorithm.ES256
    raise Refused(N_("A badge here is signed with Ed25519, with RSA of at least 2048 bits or with P-256."))


def _from_jwk_members(jwk: Any) -> Any:
    if "d" in jwk:
        raise Refused(N_("This JSON Web Key carries its private half: nobody should trust it."))
    match jwk["kty"], jwk.get("crv"):
        case "RSA", _:
            return rsa.RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"])).public_key()
        case "EC", "P-256":
            return ec.EllipticCurvePublicNumbers(_number(jwk["x"]), _number(jwk["y"]), ec.SECP256R1()).public_key()
        case "OKP", "Ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(base64url_decode(jwk["x"]))
    raise Refused(N_("A badge here is signed with Ed25519, with RSA of at least 2048 bits or with P-256."))


def _uint(number: int, length: int | None = None) -> str:
    return base64url(number.to_bytes(length or (number.bit_length() + 7) // 8, "big"))


def _number(text: str) -> int:
    # 8192 bits is the largest RSA key in use anywhere; a longer one would only keep the processor busy.
    if len(text) > 1400:
        raise Refused(N_("This JSON Web Key cannot be read."))
    return int.from_bytes(base64url_decode(text), "big")
