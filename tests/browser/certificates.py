"""A certificate authority of the tests, which only their browsers trust, for hosts below `example.test`."""

from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from sessionql.app.bootstrap import system_clock

DOMAIN = "example.test"


class Authority:
    """The authority. `certificate` has the files of one certificate for the domain and its hosts: chain and key."""

    def __init__(self, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Tests of SessionQL")
        root = _builder(name, name, key).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        signed_root = root.sign(key, SHA256())
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.chromium_argument = f"--ignore-certificate-errors-spki-list={b64encode(sha256(spki).digest()).decode()}"
        """Chromium accepts certificates of this authority, and otherwise only those that it accepts anyway."""

        own_key = ec.generate_private_key(ec.SECP256R1())
        hosts = x509.SubjectAlternativeName([x509.DNSName(DOMAIN), x509.DNSName(f"*.{DOMAIN}")])
        signed = _builder(_name(DOMAIN), name, own_key).add_extension(hosts, critical=False).sign(key, SHA256())
        self.certificate = (folder / "chain.pem", folder / "key.pem")
        self.fingerprint = signed.fingerprint(SHA256()).hex(":").upper()
        chain, key_file = self.certificate
        chain.write_bytes(signed.public_bytes(Encoding.PEM) + signed_root.public_bytes(Encoding.PEM))
        key_file.write_bytes(own_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    start, end = system_clock() - timedelta(days=1), system_clock() + timedelta(days=30)
    return x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), start, end)
