import StrictJSON

/// What a token service gives out (distribution, "Token Authentication Specification").
struct BearerToken: Hashable, Sendable {
    let text: String
    let lifetime: Duration

    /// Registries cut off header fields long before.
    static let maximumBytes = 16 * 1024
    /// What the specification says if the answer does not.
    static let defaultLifetime = 60

    /// Nil if the answer is no token that can be sent.
    init?(answer bytes: [UInt8]) {
        guard let document = try? JSONDocument(parsing: bytes), document.root.kind == .object else { return nil }
        let root = document.root
        guard let text = root["token"]?.string ?? root["access_token"]?.string else { return nil }
        guard BearerToken.isWellFormed(text) else { return nil }
        let seconds = root["expires_in"]?.integer ?? BearerToken.defaultLifetime
        self.text = text
        lifetime = .seconds(min(max(seconds, 0), 24 * 60 * 60))
    }

    /// Visible ASCII only: nothing that could end a header field or a word in it.
    static func isWellFormed(_ text: String) -> Bool {
        (1...maximumBytes).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
