import OCI

/// The types of statements that tools make of images. Any other URI is one too.
public enum PredicateType {
    private static let provenanceV0_2 = "https://slsa.dev/provenance/v0.2"
    private static let provenanceV1 = "https://slsa.dev/provenance/v1"

    /// Those of SLSA provenance, which say how something was built.
    public static let provenance = [provenanceV0_2, provenanceV1]

    /// What `cosign attest --type` calls them.
    private static let words = [
        ("slsaprovenance", provenanceV0_2), ("slsaprovenance02", provenanceV0_2), ("slsaprovenance1", provenanceV1),
        ("link", "https://in-toto.io/Link/v1"), ("spdx", "https://spdx.dev/Document"),
        ("spdxjson", "https://spdx.dev/Document"), ("cyclonedx", "https://cyclonedx.org/bom"),
        ("vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"), ("openvex", "https://openvex.dev/ns"),
        ("custom", "https://cosign.sigstore.dev/attestation/v1"),
    ]

    /// The type that `cosign attest --type` writes for one of its words; a URI is itself. Nil for everything else.
    public static func uri(named text: String) -> String? {
        words.first { $0.0.isWritten(like: text) }?.1 ?? (isURI(text) ? text : nil)
    }

    /// What is wrong with it, if no statement can have it as its type.
    public static func problem(of value: FieldValue) -> FieldProblem? {
        let text = value.text ?? ""
        if let (_, uri) = words.first(where: { $0.0.isWritten(like: text) }) {
            return FieldProblem("`\(text)` is cosign's word, write the type itself: `\(uri)`", at: value.position)
        }
        guard !isURI(text) else { return nil }
        return FieldProblem(
            "`\(String(quoting: text.utf8))` is no URI, expected one such as `\(provenanceV1)`", at: value.position)
    }

    /// RFC 3986, section 3, as far as it takes to tell a URI from a word: a scheme, and only characters that URIs have.
    private static func isURI(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0, colon + 1 < bytes.count else {
            return false
        }
        return bytes.allSatisfy { (0x21...0x7E).contains($0) } && bytes[..<colon].allSatisfy(isOfScheme)
    }

    private static func isOfScheme(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
