import ContentTrust
import Cryptography
import OCI
import StrictJSON
import Trust

/// Documents of a trusted collection, signed by both of two keys that only this process has.
struct SignedTrustData {
    /// By the names that a server has them under, without hashes.
    private(set) var documents: [String: [UInt8]] = [:]
    /// What was signed, by the same names.
    private(set) var texts: [String: [UInt8]] = [:]

    /// In the order of `PublishedTrustData`; what is missing there the server does not have.
    static let names = ["1.root", "root", "targets/releases", "targets", "snapshot", "timestamp"]
    private static let hashMarkers = [
        "root": UInt8(ascii: "R"), "targets/releases": UInt8(ascii: "D"), "targets": UInt8(ascii: "T"),
        "snapshot": UInt8(ascii: "S"),
    ]

    init(_ parts: [[UInt8]], by keys: SigningKeys) {
        var words = keys.words
        for (name, part) in zip(SignedTrustData.names, parts) {
            let text = SignedTrustData.filled(part, words)
            let document = keys.signed(text)
            (texts[name], documents[name]) = (text, document)
            guard let marker = SignedTrustData.hashMarkers[name] else { continue }
            words[marker] = Array(Base64.encode(SHA2.sha256(document)).utf8)
        }
    }

    /// As though a server had these and nobody had signed them.
    init(unsigned parts: [[UInt8]]) {
        documents = Dictionary(zip(SignedTrustData.names, parts)) { first, _ in first }
    }

    /// What a server that has these answers; it knows of every hash only the document that it has.
    func answer(to locator: Locator) -> Fetched {
        guard case .trustMetadata(_, let name, _) = locator else { return .absent }
        var key = name.role
        if case .number(let number) = name.version { key = "\(number).\(name.role)" }
        guard let document = documents[key] else { return .absent }
        return .found(Fetched.Content(bytes: document, digest: .sha256(of: document), mediaType: nil))
    }

    /// Each four bytes are a document, a place in it and what stands there instead.
    mutating func edit(by edits: ArraySlice<UInt8>) {
        var rest = edits
        while rest.count >= 4 {
            let edit = Array(rest.prefix(4))
            rest = rest.dropFirst(4)
            let name = SignedTrustData.names[Int(edit[0]) % SignedTrustData.names.count]
            guard let count = documents[name]?.count, count > 0 else { continue }
            documents[name]?[(Int(edit[1]) << 8 | Int(edit[2])) % count] = edit[3]
        }
    }

    private static func filled(_ text: [UInt8], _ words: [UInt8: [UInt8]]) -> [UInt8] {
        var filled: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "@"), index + 1 < text.count, let word = words[text[index + 1]] {
                filled += word
                index += 2
            } else {
                filled.append(text[index])
                index += 1
            }
        }
        return filled
    }
}

/// Two keys, of which the first is the one that is pinned.
struct SigningKeys {
    let pinned: PrivateKey
    let other: PrivateKey

    init?() {
        guard let pinned = try? PrivateKey.generate(.ed25519), let other = try? PrivateKey.generate(.ed25519) else {
            return nil
        }
        (self.pinned, self.other) = (pinned, other)
    }

    fileprivate var words: [UInt8: [UInt8]] {
        func raw(_ key: PrivateKey) -> [UInt8] {
            Array(Base64.encode(Array(key.publicKey.subjectPublicKeyInfo.suffix(32))).utf8)
        }
        return [
            UInt8(ascii: "K"): raw(pinned), UInt8(ascii: "I"): Array(pinned.publicKey.contentTrustID.utf8),
            UInt8(ascii: "L"): raw(other), UInt8(ascii: "J"): Array(other.publicKey.contentTrustID.utf8),
        ]
    }

    fileprivate func signed(_ text: [UInt8]) -> [UInt8] {
        let canonical = (try? JSONDocument(parsing: text))?.root.canonicalOLPC ?? text
        let signatures = [pinned, other].compactMap { key -> String? in
            guard let signature = try? key.sign(canonical, scheme: .ed25519) else { return nil }
            return """
                {"keyid":"\(key.publicKey.contentTrustID)","method":"eddsa","sig":"\(Base64.encode(signature))"}
                """
        }
        return Array("{\"signed\":".utf8) + text + Array(",\"signatures\":[\(signatures.joined(separator: ","))]}".utf8)
    }
}
