/// The hash functions a digest may name. The OCI registry of algorithms knows more; what is not listed here is refused,
/// never ignored in favour of a tag.
public enum DigestAlgorithm: String, CaseIterable, Hashable, Sendable {
    case sha256
    case sha512

    /// The length of the hash in bytes.
    public var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha512: 64
        }
    }
}

/// The name of exactly one sequence of bytes: `sha256:` and 64 lower-case hexadecimal digits, or `sha512:` and 128.
///
/// Two digests are equal if algorithm and hash are. There is one spelling for each, so equal digests print alike.
/// image-spec, descriptor.md, "Digests".
public struct Digest: Hashable, Sendable, CustomStringConvertible {
    public let algorithm: DigestAlgorithm
    /// The hash itself, as long as the algorithm says.
    public let bytes: [UInt8]

    /// Reads `algorithm:hexadecimal`.
    ///
    /// Refuses with `.malformed` what is not a digest or has the wrong length or upper-case digits, and with
    /// `.unsupportedAlgorithm` a well-formed digest of an algorithm that is not among `algorithms`.
    public init(
        parsing text: String, accepting algorithms: [DigestAlgorithm] = DigestAlgorithm.allCases
    ) throws(DigestError) {
        try self.init(parsing: Array(text.utf8)[...], accepting: algorithms)
    }

    /// Nil if `bytes` is not as long as the algorithm's hash.
    public init?(algorithm: DigestAlgorithm, bytes: [UInt8]) {
        guard bytes.count == algorithm.byteCount else { return nil }
        self.algorithm = algorithm
        self.bytes = bytes
    }

    /// Of the hash alone, in one piece: digests are keys of every cache, and two that differ in the algorithm differ here
    /// as well.
    public func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    /// The hash in lower-case hexadecimal, without the algorithm.
    public var hexadecimal: String { text(after: "") }

    /// `sha256:<64 lower-case hexadecimal digits>`.
    public var description: String { text(after: algorithm == .sha256 ? "sha256:" : "sha512:") }

    /// `sha256-<64 lower-case hexadecimal digits>`: what the names of tags that are derived from a digest begin with
    /// (cosign's `.sig` and `.att`).
    public var tagPrefix: String { text(after: algorithm == .sha256 ? "sha256-" : "sha512-") }

    /// The tag of the index that lists what refers to a manifest, where a registry does not: of the digits no more than 64
    /// (distribution-spec, "Referrers Tag Schema").
    public var referrersTag: String { "\(algorithm.rawValue)-\(hexadecimal.prefix(64))" }

    init(parsing text: ArraySlice<UInt8>, accepting algorithms: [DigestAlgorithm]) throws(DigestError) {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { throw .malformed(String(quoting: text)) }
        let name = text[..<colon]
        let encoded = text[text.index(after: colon)...]
        guard Digest.isAlgorithmName(name), Digest.isEncoded(encoded) else { throw .malformed(String(quoting: text)) }
        guard let algorithm = algorithms.first(where: { $0.rawValue.utf8.elementsEqual(name) }) else {
            throw .unsupportedAlgorithm(String(quoting: name))
        }
        guard let bytes = Digest.bytes(ofLowerCaseHexadecimal: encoded), bytes.count == algorithm.byteCount else {
            throw .malformed(String(quoting: text))
        }
        self.algorithm = algorithm
        self.bytes = bytes
    }

    /// The prefix and the digits in one allocation: every record and every answer holds several of these.
    private func text(after prefix: StaticString) -> String {
        let length = prefix.utf8CodeUnitCount + bytes.count * 2
        return String(unsafeUninitializedCapacity: length) { buffer in
            for index in 0..<prefix.utf8CodeUnitCount { buffer[index] = prefix.utf8Start[index] }
            var position = prefix.utf8CodeUnitCount
            for byte in bytes {
                buffer[position] = Digest.digits.utf8Start[Int(byte >> 4)]
                buffer[position &+ 1] = Digest.digits.utf8Start[Int(byte & 0xF)]
                position &+= 2
            }
            return position
        }
    }

    private static let digits: StaticString = "0123456789abcdef"

    private static func bytes(ofLowerCaseHexadecimal digits: ArraySlice<UInt8>) -> [UInt8]? {
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var high: UInt8?
        for digit in digits {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let half = high {
                bytes.append(half << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }

    /// `[a-z0-9]+([+._-][a-z0-9]+)*`
    private static func isAlgorithmName(_ name: ArraySlice<UInt8>) -> Bool {
        var follows = false
        for byte in name {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): follows = true
            case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                guard follows else { return false }
                follows = false
            default: return false
            }
        }
        return follows
    }

    /// `[a-zA-Z0-9=_-]+`
    private static func isEncoded(_ encoded: ArraySlice<UInt8>) -> Bool {
        !encoded.isEmpty
            && encoded.allSatisfy { byte in
                byte.isASCIILetterOrDigit || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: "-")
            }
    }
}

/// Why a text is not a digest that is accepted. The texts are escaped for display.
public enum DigestError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not a digest, or one whose hash has another length than its algorithm's, or not in lower-case hexadecimal.
    case malformed(String)
    /// A digest of an algorithm that is not supported; the algorithm's name.
    case unsupportedAlgorithm(String)

    public var description: String {
        switch self {
        case .malformed(let text):
            (text.isEmpty ? "the digest is empty" : "`\(text)` is not a digest")
                + ", expected `sha256:` and 64 lower-case hexadecimal digits"
                + " or `sha512:` and 128 of them"
        case .unsupportedAlgorithm(let name):
            "the digest algorithm `\(name)` is not supported, expected `sha256` or `sha512`"
        }
    }
}
