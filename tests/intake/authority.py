"""A small time-stamping authority (RFC 3161) of this machine: its certificates, and the answers it signs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from asn1crypto import algos, cms, tsp
from asn1crypto import core as asn1
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

A_DAY = timedelta(days=1)


def _named(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _certificate(
    subject: str, key: rsa.RSAPrivateKey, issuer: str, by: rsa.RSAPrivateKey, *, is_root: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(_named(subject))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - A_DAY)
        .not_valid_after(now + A_DAY)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if not is_root:
        stamps = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        built = built.add_extension(stamps, critical=True)
    return built.sign(by, hashes.SHA256())


@dataclass
class TimeAuthority:
    """Signs what it is asked to. `lie` replaces the hash it signs; `status` other than 200 refuses."""

    port: int = 0
    status: int = 200
    lie: bytes = b""
    asked: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        root = _key()
        self._key = _key()
        self.root = _certificate("Root", root, "Root", root, is_root=True)
        self._own = _certificate("Authority", self._key, "Root", root, is_root=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/stamp"

    @property
    def pem(self) -> bytes:
        return self.root.public_bytes(serialization.Encoding.PEM)

    def answer(self, query: bytes) -> bytes:
        """The signed answer to a query, DER."""
        asked = tsp.TimeStampReq.load(query)
        imprint = asked["message_imprint"]
        self.asked.append(imprint["hashed_message"].native)
        if self.lie:
            imprint = tsp.MessageImprint({"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": self.lie})
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": "1.2.3.4",
                "message_imprint": imprint,
                "serial_number": len(self.asked),
                "gen_time": datetime.now(UTC).replace(microsecond=0),
                "nonce": asked["nonce"].native,
            }
        )
        token = cms.ContentInfo({"content_type": "signed_data", "content": self._signed(info.dump())})
        reply = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})
        dumped: bytes = reply.dump()
        return dumped

    def _signed(self, info: bytes) -> cms.SignedData:
        own = asn1_x509.Certificate.load(self._own.public_bytes(serialization.Encoding.DER))
        rule = algos.DigestAlgorithm({"algorithm": "sha256"})
        proof = tsp.SigningCertificateV2({"certs": [{"cert_hash": sha256(own.dump()).digest()}]})
        told = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [sha256(info).digest()]}),
                cms.CMSAttribute({"type": "signing_certificate_v2", "values": [proof]}),
            ]
        )
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": {"issuer_and_serial_number": {"issuer": own.issuer, "serial_number": own.serial_number}},
                "digest_algorithm": rule,
                "signed_attrs": told,
                "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"},
                "signature": self._key.sign(told.dump(), padding.PKCS1v15(), hashes.SHA256()),
            }
        )
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [rule],
                "encap_content_info": {"content_type": "tst_info", "content": asn1.ParsableOctetString(info)},
                "certificates": [own],
                "signer_infos": [signer],
            }
        )


@contextmanager
def time_authority() -> Iterator[TimeAuthority]:
    """Serve until the block ends."""
    authority = TimeAuthority()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(authority.status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        authority.port = server.server_address[1]
        serving = Thread(target=server.serve_forever, daemon=True)
        serving.start()
        yield authority
        server.shutdown()
        serving.join()
