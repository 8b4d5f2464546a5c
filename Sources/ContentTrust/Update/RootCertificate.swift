import Cryptography
import Timestamp

/// What Docker Content Trust asks of the certificate that a root key is (section "trust pinning" of notary).
enum RootCertificate {
    /// Clocks of those who make certificates may be ahead by that much.
    private static let leeway = Duration.seconds(86_400)

    /// What is wrong with it, as a clause; nil if it is good for the collection of that name. Who issued it is not asked.
    static func fault(of key: CollectionKey, for name: String, at now: Instant) -> String? {
        guard let leaf = key.certificates.first else { return "a root key is no certificate" }
        let ends = key.certificates.filter { !$0.isAuthority }
        guard ends.count == 1, !leaf.isAuthority else {
            return "a root key has \(ends.count) certificates that are no authority, expected one, and that first"
        }
        guard let commonName = commonName(of: leaf.subject), names(commonName, name) else {
            return "its certificate is for `\(String(quoting: leaf.subject))` and not for `\(name)`"
        }
        let algorithm = leaf.signatureAlgorithm.uppercased()
        guard !algorithm.contains("SHA1"), !algorithm.contains("MD5") else {
            return "its certificate is signed with `\(String(quoting: leaf.signatureAlgorithm))`, which is broken"
        }
        guard now <= leaf.notAfter else {
            return "its certificate expired at \(leaf.notAfter.rfc3339InSeconds)"
        }
        guard leaf.notBefore <= now + leeway else {
            return "its certificate is not valid before \(leaf.notBefore.rfc3339InSeconds)"
        }
        return nil
    }

    /// The very name, or a beginning of it before a `*`.
    private static func names(_ commonName: String, _ name: String) -> Bool {
        if commonName.isSpelled(name) { return true }
        return commonName.utf8.last == UInt8(ascii: "*") && name.utf8.starts(with: commonName.utf8.dropLast())
    }

    /// Of a subject in RFC 2253's form; nil unless there is exactly one. A name that needs an escape names no collection.
    private static func commonName(of subject: String) -> String? {
        var attributes: [[UInt8]] = [[]]
        var isEscaped = false
        for byte in subject.utf8 {
            if !isEscaped, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "+") {
                attributes.append([])
                continue
            }
            attributes[attributes.count - 1].append(byte)
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        }
        let prefix = Array("CN=".utf8)
        let names = attributes.filter { $0.starts(with: prefix) }.map { $0.dropFirst(prefix.count) }
        guard names.count == 1, let name = names.first, !name.contains(UInt8(ascii: "\\")) else { return nil }
        return String(decoding: name, as: UTF8.self)
    }
}
