import Cryptography
import Sigstore
import StrictJSON
import Timestamp

/// By whom something says that it was signed.
enum ClaimedSigner {
    case identity(CertificateIdentity, Certificate)
    /// A certificate that does not say who its holder is as Fulcio has it, and why.
    case certificate(Certificate, problem: String)
    case key(PublicKey)
    /// A key that whoever verifies has to have; empty if nothing is said of it.
    case hint(String)
    case unreadable(String)

    init(certificate der: [UInt8]) {
        let certificate: Certificate
        do throws(CertificateFormatError) { certificate = try Certificate(der: der) } catch {
            self = .unreadable("\(error)")
            return
        }
        do throws(SigstoreRefusal) { self = .identity(try .claimed(by: certificate), certificate) } catch {
            self = .certificate(certificate, problem: error.found)
        }
    }

    init(publicKey der: [UInt8]) {
        do throws(KeyError) { self = .key(try PublicKey(der: der)) } catch { self = .unreadable("\(error)") }
    }

    init(_ signer: SigstoreBundle.Signer) {
        switch signer {
        case .certificate(let leaf, _): self.init(certificate: leaf)
        case .key(let hint): self = .hint(hint)
        }
    }

    init(_ signer: LoggedSignature.Signer) {
        switch signer {
        case .certificate(let der): self.init(certificate: der)
        case .publicKey(let der): self.init(publicKey: der)
        }
    }

    /// In a few words.
    var summary: String {
        switch self {
        case .identity(let identity, _): "`\(identity.subject)` as `\(identity.issuer)` knows it"
        case .certificate(let certificate, _): "a certificate of `\(certificate.subject)`"
        case .key(let key): "key SHA256:\(key.fingerprint.hexadecimal)  (\(key.algorithm))"
        case .hint(let hint): hint.isEmpty ? "a key" : "a key, with the hint `\(hint)`"
        case .unreadable(let problem): "cannot be read: \(problem)"
        }
    }
}

extension Facts {
    mutating func add(_ signer: ClaimedSigner) {
        add("signer", signer.summary)
        switch signer {
        case .identity(let identity, let certificate):
            add(certificate)
            for name in FulcioExtension.allCases { add("  \(name.rawValue)", identity.extensions[name]) }
        case .certificate(let certificate, let problem):
            add(certificate)
            add("  no identity", problem)
        case .key, .hint, .unreadable: break
        }
    }

    private mutating func add(_ certificate: Certificate) {
        add(
            "  certificate", "\(certificate.notBefore.rfc3339InSeconds) to \(certificate.notAfter.rfc3339InSeconds)")
        add("  issued by", certificate.issuer)
    }
}

extension JSONWriter {
    /// Members of the object that is being written.
    mutating func members(of signer: ClaimedSigner) {
        switch signer {
        case .identity(let identity, let certificate):
            member("issuer", identity.issuer)
            member("subject", identity.subject)
            key("extensions")
            beginObject()
            for name in FulcioExtension.allCases {
                guard let text = identity.extensions[name] else { continue }
                key(text: name.rawValue)
                string(text)
            }
            endObject()
            members(of: certificate)
        case .certificate(let certificate, let problem):
            member("problem", problem)
            members(of: certificate)
        case .key(let key):
            member("key", "sha256:\(key.fingerprint.hexadecimal)")
            member("algorithm", "\(key.algorithm)")
        case .hint(let hint): member("keyHint", hint)
        case .unreadable(let problem): member("problem", problem)
        }
    }

    private mutating func members(of certificate: Certificate) {
        key("certificate")
        beginObject()
        member("subject", certificate.subject)
        member("issuer", certificate.issuer)
        member("notBefore", certificate.notBefore.rfc3339InSeconds)
        member("notAfter", certificate.notAfter.rfc3339InSeconds)
        member("fingerprint", "sha256:\(certificate.fingerprint.hexadecimal)")
        endObject()
    }
}
