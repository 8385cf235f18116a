"""Under which names the review editor is served: those of its certificate, unless others are given."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import MissingExtraError, UsageError


def names_of_certificate(path: Path) -> tuple[str, ...]:
    """Return the DNS names and addresses of a certificate (RFC 5280, 4.2.1.6).

    Raises:
        UsageError: if the file is not a certificate, or names nothing.
        MissingExtraError: if what reads certificates is not installed.
    """
    try:
        from cryptography import x509  # noqa: PLC0415  of an extra
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "cryptography", extra="review") from error
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError) as error:
        raise UsageError(f"--tls-cert {path} is not a certificate in PEM: {error}") from error
    except x509.ExtensionNotFound as error:
        raise UsageError(f"--tls-cert {path} names no host; give --name HOSTNAME") from error
    hosts = [name.lower() for name in names.get_values_for_type(x509.DNSName)]
    addresses = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    return tuple(hosts + [f"[{one}]" if ":" in one else one for one in addresses])


def is_named(host: str, names: tuple[str, ...]) -> bool:
    """Say whether a host is one of the names; `*.example.org` stands for one label.

    >>> is_named("review.example.org", ("*.example.org",)), is_named("a.b.org", ("*.org",))
    (True, False)
    """
    if host in names:
        return True
    _, dot, parent = host.partition(".")
    return bool(dot and parent) and f"*.{parent}" in names
