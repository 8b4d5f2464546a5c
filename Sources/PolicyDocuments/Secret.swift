/// A secret that found its way into a policy document, or into a file that one names. Policies are read by many people
/// and kept in repositories; nothing in them needs a secret.
///
/// Found is what has a form of its own. A password that stands alone has none.
struct Secret {
    /// With its article: "a private key".
    let kind: String
    /// From 1.
    let line: Int

    /// It never shows the secret.
    var problem: String { "\(kind) does not belong here; remove it, and replace it wherever it is in use" }

    /// The first secret in a file; nil if there is none.
    static func first(in bytes: [UInt8]) -> Secret? {
        var line = 1
        var isInsideWord = false
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "\n") { line += 1 }
            if !isInsideWord, mayBegin[Int(byte)], let form = forms.first(where: { $0.fits(bytes[index...]) }) {
                return Secret(kind: form.kind, line: line)
            }
            if byte == UInt8(ascii: ":"), isPassword(bytes[index...]) { return Secret(kind: "a password", line: line) }
            isInsideWord = isLetterOrDigit(byte) || byte == UInt8(ascii: "_")
        }
        return nil
    }

    /// How a kind of secret begins, and how many letters, digits, `_` and `-` follow at the least.
    private struct Form {
        let prefix: String
        let length: Int
        let kind: String
        /// What must stand on the rest of the line.
        var ending = ""

        func fits(_ text: ArraySlice<UInt8>) -> Bool {
            guard text.starts(with: prefix.utf8) else { return false }
            let rest = text.dropFirst(prefix.utf8.count)
            let word = rest.prefix { isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
            guard word.count >= length else { return false }
            return ending.isEmpty || rest.prefix { $0 != UInt8(ascii: "\n") }.holds(ending)
        }
    }

    /// As those who issue them document them, so that their own scanners find them too.
    private static let forms = [
        Form(prefix: "-----BEGIN ", length: 0, kind: "a private key", ending: "PRIVATE KEY"),
        Form(prefix: "PuTTY-User-Key-File-", length: 1, kind: "a private key"),
        Form(prefix: "AGE-SECRET-KEY-1", length: 50, kind: "a private key"),
        Form(prefix: "ghp_", length: 36, kind: "an access token of GitHub"),
        Form(prefix: "gho_", length: 36, kind: "an access token of GitHub"),
        Form(prefix: "ghu_", length: 36, kind: "an access token of GitHub"),
        Form(prefix: "ghs_", length: 36, kind: "an access token of GitHub"),
        Form(prefix: "ghr_", length: 36, kind: "an access token of GitHub"),
        Form(prefix: "github_pat_", length: 36, kind: "an access token of GitHub"),
        Form(prefix: "glpat-", length: 20, kind: "an access token of GitLab"),
        Form(prefix: "gldt-", length: 20, kind: "an access token of GitLab"),
        Form(prefix: "dckr_pat_", length: 20, kind: "an access token of Docker"),
        Form(prefix: "AKIA", length: 16, kind: "an access key of AWS"),
        Form(prefix: "ASIA", length: 16, kind: "an access key of AWS"),
        Form(prefix: "AIza", length: 35, kind: "an API key of Google"),
        Form(prefix: "hvs.", length: 24, kind: "a token of Vault"),
        Form(prefix: "eyJ", length: 10, kind: "a signed token (JWT)", ending: ".eyJ"),
    ]

    private static let mayBegin: [Bool] = (0...UInt8.max).map { byte in
        forms.contains { $0.prefix.utf8.first == byte }
    }

    /// `://user:password@`, from the colon on.
    private static func isPassword(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.starts(with: "://".utf8) else { return false }
        let authority = text.dropFirst(3).prefix { $0 > 0x20 && !"/\"'`".utf8.contains($0) }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return false }
        return authority[..<at].contains(UInt8(ascii: ":"))
    }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
}

extension ArraySlice<UInt8> {
    fileprivate func holds(_ text: String) -> Bool {
        indices.contains { self[$0...].starts(with: text.utf8) }
    }
}
