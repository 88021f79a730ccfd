"""Servers on sockets that do what no emulator does: nothing, or half of it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@contextmanager
def half_an_answer(
    begun: bytes = b"", certificate: Path | None = None
) -> Generator[tuple[int, threading.Event]]:
    """Listen, read a request, begin an answer, and let it be. Gives the port and "it was asked"."""
    was_asked = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with server.accept()[0] as plain:
                if certificate is None:
                    _half_answer(plain, begun, was_asked)
                    return
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate)
                with context.wrap_socket(plain, server_side=True) as secure:
                    _half_answer(secure, begun, was_asked)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], was_asked
        thread.join(5)
        assert not thread.is_alive()


def _half_answer(connection: socket.socket, begun: bytes, was_asked: threading.Event) -> None:
    while connection.recv(4096):
        if not was_asked.is_set():
            connection.sendall(begun)
            was_asked.set()


@contextmanager
def deaf() -> Generator[int]:
    """Listen, and accept nobody: connections are made, and get no word. Gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def certificate(folder: Path, *hosts: str) -> Path:
    """A certificate for 127.0.0.1, and for other hosts, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ip_address("127.0.0.1")), *map(x509.DNSName, hosts)]
            ),
            False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    path = folder / "server.pem"
    path.write_bytes(pem)
    return path
