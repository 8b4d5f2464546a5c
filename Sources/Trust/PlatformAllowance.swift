/// What may be asked for about all platforms of an image together. Each has the bounds of a verification of its own, and
/// whoever may push an image decides how many platforms it has.
struct PlatformAllowance: Sendable {
    /// A dozen platforms with some signatures each need about a hundred.
    static let maximumRequests = 1_024
    /// Attestations of a dozen platforms, some megabytes each. What is asked for is in memory until all of it is judged.
    static let maximumBytes = 64 << 20

    private var requests = 0
    private var bytes = 0

    /// Counts what was received, and what is about to be asked for: a blob by the size that it is said to have, of the rest
    /// only what comes of it. False if that is too much.
    mutating func take(_ asked: [Locator], after received: [Locator: Fetched]) -> Bool {
        requests += asked.count
        for (locator, answer) in received where !locator.isBlob { bytes += answer.byteCount }
        for case .blob(_, _, let size) in asked { bytes += size }
        return requests <= PlatformAllowance.maximumRequests && bytes <= PlatformAllowance.maximumBytes
    }

    static let exceeded = Refusal(
        .limitExceeded,
        found: "signatures of platforms that take more than \(maximumRequests) requests or \(maximumBytes) bytes",
        expected: "fewer, for all platforms of the image together",
        cure: "remove signatures that are no longer needed with `cosign clean`, and sign again")
}

extension Locator {
    fileprivate var isBlob: Bool {
        if case .blob = self { true } else { false }
    }
}

extension Fetched {
    fileprivate var byteCount: Int {
        if case .found(let content) = self { content.bytes.count } else { 0 }
    }
}
