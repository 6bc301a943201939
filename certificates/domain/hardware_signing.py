"""pyHanko's signatures with a key that stays in its hardware."""

from typing import Any

from lms.core.hardware import HardwareKey

# An ECDSA P-256 signature in DER is at most this long.
LONGEST_SIGNATURE = 72


def hardware_signer(*, key: HardwareKey, certificate: Any, registry: Any) -> Any:
    """Return a pyHanko signer that lets the token sign.

    pyHanko's own PKCS#11 signer keeps a session of its own; here the session that also
    signs codes and checkpoints does it, and comes back after a fork or a lost token.

    Args:
        key: the key; its certificate is `certificate` (asn1crypto).
        certificate: what is embedded as the signer's.
        registry: pyHanko's store with the chain.
    """
    from asn1crypto import algos  # noqa: PLC0415 -- slow import
    from pyhanko.sign.signers import Signer  # noqa: PLC0415 -- slow import

    class HardwareSigner(Signer):
        async def async_sign_raw(
            self, data: bytes, digest_algorithm: str, dry_run: bool = False
        ) -> bytes:
            return bytes(LONGEST_SIGNATURE) if dry_run else key.sign(data)

    return HardwareSigner(
        signing_cert=certificate,
        cert_registry=registry,
        signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
    )
