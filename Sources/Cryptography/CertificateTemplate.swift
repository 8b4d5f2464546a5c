import COpenSSL
import Timestamp

/// What a certificate is to say (RFC 5280 section 4.1.2), before anyone has signed it.
struct CertificateTemplate {
    let commonName: String
    let start: Instant
    let lifetime: Duration
    let key: PublicKey
    let extensions: CertificateExtensions

    /// Writes a version 3 certificate with a random serial number. Without an issuer the certificate is its own.
    func signed(by key: PrivateKey, issuer: CertificateHandle?) throws(CertificateError) -> CertificateHandle {
        guard let pointer = X509_new() else { throw .library(OpenSSLError(cannot: "allocate a certificate")) }
        let certificate = CertificateHandle(adopting: pointer)
        let issuerPointer = issuer?.pointer ?? pointer
        try writeSerialNumber(to: pointer)
        try writeValidity(to: pointer)
        try writeSubject(to: pointer)
        guard X509_set_version(pointer, 2) == 1,  // 2 means version 3
            X509_set_pubkey(pointer, self.key.handle.pointer) == 1,
            X509_set_issuer_name(pointer, X509_get_subject_name(issuerPointer)) == 1
        else { throw .library(OpenSSLError(cannot: "write a certificate")) }
        try extensions.write(to: pointer, issuer: issuerPointer)
        guard X509_sign(pointer, key.handle.pointer, key.algorithm.certificateHash?.implementation.pointer) > 0 else {
            throw .library(OpenSSLError(cannot: "sign a certificate"))
        }
        return certificate
    }

    /// 128 bits, of which the highest is clear: positive, and unique without anyone keeping count.
    private func writeSerialNumber(to certificate: OpaquePointer) throws(CertificateError) {
        var serial = SecureRandom.bytes(16)
        serial[0] &= 0x7f
        guard let number = BN_bin2bn(serial, Int32(serial.count), nil) else {
            throw .library(OpenSSLError(cannot: "number a certificate"))
        }
        defer { BN_free(number) }
        guard BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil else {
            throw .library(OpenSSLError(cannot: "number a certificate"))
        }
    }

    private func writeValidity(to certificate: OpaquePointer) throws(CertificateError) {
        let end = start + lifetime
        guard start < end, end < .latest,
            ASN1_TIME_set(X509_getm_notBefore(certificate), Int(start.seconds)) != nil,
            ASN1_TIME_set(X509_getm_notAfter(certificate), Int(end.seconds)) != nil
        else {
            ERR_clear_error()
            throw .invalidValidity
        }
    }

    private func writeSubject(to certificate: OpaquePointer) throws(CertificateError) {
        let name = Array(commonName.utf8)
        // 64 is ub-common-name of RFC 5280 appendix A.1.
        guard (1...64).contains(name.count), let length = Int32(exactly: name.count),
            X509_NAME_add_entry_by_NID(
                X509_get_subject_name(certificate), NID_commonName, MBSTRING_UTF8, name, length, -1, 0) == 1
        else {
            ERR_clear_error()
            throw .invalidName(commonName)
        }
    }
}

/// The extensions of the three kinds of certificate that are issued here.
enum CertificateExtensions {
    case authority
    case server([SubjectAlternativeName])
    case client

    func write(to certificate: OpaquePointer, issuer: OpaquePointer) throws(CertificateError) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
        for (identifier, value) in values {
            guard let item = X509V3_EXT_nconf_nid(nil, &context, identifier, value) else {
                throw .library(OpenSSLError(cannot: "write the certificate extension `\(value)`"))
            }
            defer { X509_EXTENSION_free(item) }
            guard X509_add_ext(certificate, item, -1) == 1 else {
                throw .library(OpenSSLError(cannot: "add a certificate extension"))
            }
        }
    }

    /// In this order: the authority key identifier of a self-signed certificate repeats its subject key identifier.
    private var values: [(Int32, String)] {
        let identifiers = [
            (NID_subject_key_identifier, "hash"), (NID_authority_key_identifier, "keyid:always"),
        ]
        return switch self {
        case .authority:
            identifiers + [
                (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"), (NID_key_usage, "critical,keyCertSign,cRLSign"),
            ]
        case .server(let names):
            identifiers + [
                (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, "serverAuth"),
                (NID_subject_alt_name, names.map(\.configuration).joined(separator: ",")),
            ]
        case .client:
            identifiers + [
                (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, "clientAuth"),
            ]
        }
    }
}

extension KeyAlgorithm {
    /// The hash for certificate signatures of such a key; none for Ed25519, which brings its own.
    fileprivate var certificateHash: HashFunction? {
        switch self {
        case .ecdsaP256, .rsa: .sha256
        case .ecdsaP384: .sha384
        case .ecdsaP521: .sha512
        case .ed25519: nil
        }
    }
}
