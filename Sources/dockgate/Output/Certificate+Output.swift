import Cryptography
import StrictJSON
import Timestamp

extension Certificate {
    func facts(at now: Instant) -> Facts {
        var facts = Facts()
        facts.add("subject", subject.isEmpty ? "(empty)" : subject)
        facts.add("issuer", issuer)
        facts.add("serial", serialNumber)
        facts.add("valid", "\(notBefore.rfc3339InSeconds) to \(notAfter.rfc3339InSeconds)  (\(state(at: now)))")
        for name in alternativeNames { facts.add("name", name.text) }
        switch publicKey {
        case .key(let key): facts.add("key", "\(key.algorithm)  sha256:\(key.fingerprint.hexadecimal)")
        case .unusable(let error): facts.add("key", "not one that is used here: \(error)")
        }
        facts.add("authority", isAuthority ? "yes" : "no")
        if !extendedKeyUsage.isEmpty { facts.add("usage", extendedKeyUsage.joined(separator: ", ")) }
        facts.add("signature", "\(signatureAlgorithm)  (not verified)")
        facts.add("fingerprint", "sha256:\(fingerprint.hexadecimal)")
        return facts
    }

    private func state(at now: Instant) -> String {
        if now < notBefore { return "not yet" }
        return now > notAfter ? "expired" : "now"
    }

    static func json(_ certificates: [Certificate], at now: Instant) -> String {
        var writer = JSONWriter(reservingCapacity: 4_096)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.key("certificates")
        writer.beginArray()
        for certificate in certificates { certificate.write(to: &writer, at: now) }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(to writer: inout JSONWriter, at now: Instant) {
        writer.beginObject()
        writer.member("subject", subject)
        writer.member("issuer", issuer)
        writer.member("serialNumber", serialNumber)
        writer.member("notBefore", notBefore.rfc3339InSeconds)
        writer.member("notAfter", notAfter.rfc3339InSeconds)
        writer.member("valid", state(at: now) == "now")
        writer.key("alternativeNames")
        writer.beginArray()
        for name in alternativeNames { writer.string(name.text) }
        writer.endArray()
        writer.key("key")
        writer.beginObject()
        switch publicKey {
        case .key(let key):
            writer.member("algorithm", key.algorithm.description)
            writer.member("fingerprint", "sha256:\(key.fingerprint.hexadecimal)")
        case .unusable(let error): writer.member("problem", error.description)
        }
        writer.endObject()
        writer.member("authority", isAuthority)
        writer.key("extendedKeyUsage")
        writer.beginArray()
        for usage in extendedKeyUsage { writer.string(usage) }
        writer.endArray()
        writer.member("signatureAlgorithm", signatureAlgorithm)
        writer.member("fingerprint", "sha256:\(fingerprint.hexadecimal)")
        writer.endObject()
    }
}

extension Certificate.AlternativeName {
    /// `DNS:gate.example.com`, as OpenSSL writes it.
    fileprivate var text: String {
        switch self {
        case .dns(let name): "DNS:\(name)"
        case .email(let name): "email:\(name)"
        case .uri(let name): "URI:\(name)"
        case .ip(let address): "IP:\(address)"
        case .directory(let name): "DirName:\(name)"
        case .otherName(let type, let text): "otherName:\(type):\(text)"
        case .other: "other"
        }
    }
}
