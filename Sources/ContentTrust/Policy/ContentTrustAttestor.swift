import Cryptography
public import OCI
public import Timestamp
public import Trust

/// Believes what Docker Content Trust has signed for an image's repository, under certain root keys.
public struct ContentTrustAttestor: Attestor {
    public let fingerprint: Digest
    /// Nil for that of each image's registry.
    private let server: String?
    private let rules: ContentTrustRules
    private let memory: any ContentTrustMemory
    private let clock: @Sendable () -> Instant

    init(
        server: String?, rules: ContentTrustRules, memory: any ContentTrustMemory,
        clock: @escaping @Sendable () -> Instant
    ) {
        (self.server, self.rules, self.memory, self.clock) = (server, rules, memory, clock)
        let settings = [
            "contentTrust", server ?? "", rules.trust.fingerprint.hexadecimal, rules.signers.setting,
            rules.rememberSigned?.written ?? "",
        ]
        fingerprint = Digest.sha256(of: Array(settings.map { "\($0.utf8.count) \($0)" }.joined().utf8))
    }

    /// Believes what the docker client does: released tags, under roots that are believed by `trust`.
    ///
    /// - Parameter server: nil for that of each image's registry.
    public init(
        server: String?, trust: RootTrust, memory: any ContentTrustMemory, clock: @escaping @Sendable () -> Instant
    ) {
        let rules = ContentTrustRules(trust: trust, signers: .releases, rememberSigned: nil)
        self.init(server: server.map(NotaryServer.spelled), rules: rules, memory: memory, clock: clock)
    }

    /// Nothing in trust data says when it was signed.
    public var provesTime: Bool { false }

    /// Tags are what is signed.
    public var judgesTags: Bool { true }

    public var explanation: String {
        let place = server.map { "the notary server `\($0)`" } ?? "the notary server of each image's registry"
        let remembered = rules.rememberSigned.map { "; a digest that was signed counts for \($0.written) more" } ?? ""
        return "Docker Content Trust of \(place), signed by \(rules.signers.phrase) under \(root)\(remembered)"
    }

    private var root: String {
        guard !rules.trust.isFirstUse else { return "whatever root the server gave first" }
        let parts = [
            (rules.trust.keyCount, "root key", "root keys"),
            (rules.trust.certificateCount, "certificate", "certificates"),
        ].filter { $0.0 > 0 }
        return parts.map { "\($0.0) \($0.0 == 1 ? $0.1 : $0.2)" }.joined(separator: " and ")
    }

    public func verification(of subject: Subject) -> any Verification {
        let collection = TrustCollection(
            server: server ?? NotaryServer.address(for: subject.repository), of: subject.repository)
        return ContentTrustVerification(of: subject, in: collection, by: rules, memory: memory, clock: clock)
    }
}
