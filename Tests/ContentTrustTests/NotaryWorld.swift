import ContentTrust
import Cryptography
import OCI
import Synchronization
import TestSupport
import Timestamp
import Trust

/// A notary server, an image whose tag it has signed, and a gate that asks it.
struct NotaryWorld {
    static let server = "https://notary.example.com"
    static let name = "registry.example.com/team/app"

    var notary: SimulatedNotary
    let image: Digest
    var fields: AttestorFields
    let memory = ForgetfulMemory()
    var now = SimulatedNotary.now

    /// With the tag `v1` in the targets. Nothing is published yet.
    init(root: NotaryKey? = nil, server: KeyAlgorithm = .ecdsaP256) throws {
        notary = try SimulatedNotary(of: NotaryWorld.name, root: root, server: server)
        image = NotaryWorld.digest("image")
        notary.tags["v1"] = NotaryWorld.tag("image")
        fields = AttestorFields()
        fields.rootKeys = [("root.pem", try notary.root.keys[0].key.publicKeyPEM)]
    }

    static func digest(_ content: String) -> Digest { Digest.sha256(of: Array(content.utf8)) }

    static func tag(_ content: String) -> SimulatedNotary.Tag {
        .init(sha256: SHA2.sha256(Array(content.utf8)), sha512: SHA2.sha512(Array(content.utf8)))
    }

    func subject(_ tag: String? = "v1", _ digest: Digest? = nil) throws -> Subject {
        Subject(repository: try Repository(parsing: NotaryWorld.name), digest: digest ?? image, tag: tag)
    }

    func attestor() throws -> any Attestor {
        let now = now
        return try fields.load(memory: memory) { now }
    }

    /// What comes of one verification. `answer` may say something else than the server.
    func verify(
        _ tag: String? = "v1", _ digest: Digest? = nil, answering answer: (TrustMetadataName) -> Fetched? = { _ in nil }
    ) throws -> Conversation {
        var conversation = Conversation()
        var verification = try attestor().verification(of: try subject(tag, digest))
        try conversation.run(&verification) { name in answer(name) ?? served(name.path) }
        return conversation
    }

    func served(_ path: String) -> Fetched { notary.files[path].map(NotaryWorld.found) ?? .absent }

    static func found(_ bytes: [UInt8]) -> Fetched {
        .found(.init(bytes: bytes, digest: .sha256(of: bytes), mediaType: nil))
    }

    /// A server that does not answer.
    static let down = Fetched.undetermined(
        Refusal(.trustServerUnavailable, found: "`\(server)` does not answer", expected: "an answer"))
}

/// One verification: what was asked, in which steps, and what came of it.
struct Conversation {
    private(set) var rounds: [[String]] = []
    private(set) var outcome: VerificationOutcome?
    private(set) var basis: [String] = []

    struct NoEnd: Error {}
    struct Unexpected: Error { let outcome: VerificationOutcome? }

    var asked: [String] { rounds.flatMap { $0 } }

    mutating func run(_ verification: inout any Verification, _ answer: (TrustMetadataName) -> Fetched) throws {
        var received: [Locator: Fetched] = [:]
        for _ in 0..<maximumVerificationSteps {
            switch verification.next(received) {
            case .outcome(let outcome, let basis):
                (self.outcome, self.basis) = (outcome, basis.compactMap(\.path))
                return
            case .fetch(let locators):
                rounds.append(locators.compactMap(\.path))
                received = [:]
                for case .trustMetadata(let collection, let name, let limit) in locators {
                    var fetched = answer(name)
                    if case .found(let content) = fetched, content.bytes.count > limit {
                        fetched = .violated(Refusal(.limitExceeded, found: "too much", expected: "less"))
                    }
                    received[.trustMetadata(collection, name, limit: limit)] = fetched
                }
            }
        }
        throw NoEnd()
    }

    /// It is a failure unless it passed.
    var passed: [VerifiedSignature] {
        get throws {
            guard case .passed(let signatures, _)? = outcome else { throw Unexpected(outcome: outcome) }
            return signatures
        }
    }

    var violated: Refusal {
        get throws {
            guard case .violated(let refusal)? = outcome else { throw Unexpected(outcome: outcome) }
            return refusal
        }
    }

    var undetermined: Refusal {
        get throws {
            guard case .undetermined(let refusal)? = outcome else { throw Unexpected(outcome: outcome) }
            return refusal
        }
    }

    var unseen: Refusal? { if case .passed(_, let unseen)? = outcome { unseen } else { nil } }
}

extension Locator {
    fileprivate var path: String? {
        guard case .trustMetadata(_, let name, _) = self else { return nil }
        // The hash says no more than that it is one.
        if case .sha256 = name.version { return "\(name.role).#.json" }
        return name.path
    }
}

/// The fields of a `contentTrust` attestor, as the loader of policy documents hands them over.
struct AttestorFields {
    var server: String? = NotaryWorld.server
    var rootKeys: [(path: String, bytes: [UInt8])] = []
    var trustOnFirstUse: String?
    var allOf: [String]?
    var anyOf: [String]?
    var rememberSigned: Duration?

    /// Each on a line of its own: the server on 2, root keys from 10, signers from 20.
    var value: FieldValue {
        var members: [(name: String, value: FieldValue)] = []
        if let server { members.append(("server", FieldValue(.text(server), at: at(2)))) }
        if !rootKeys.isEmpty {
            let files = rootKeys.enumerated().map { index, key in
                let file = FieldValue(.file(FileContent(path: key.path, bytes: key.bytes)), at: at(10 + index))
                return FieldValue(.object([("file", file)]), at: at(10 + index))
            }
            members.append(("rootKeys", FieldValue(.list(files), at: at(9))))
        }
        if let trustOnFirstUse { members.append(("trustOnFirstUse", FieldValue(.text(trustOnFirstUse), at: at(3)))) }
        for (word, names) in [("allOf", allOf), ("anyOf", anyOf)] {
            guard let names else { continue }
            let list = names.enumerated().map { FieldValue(.text($1), at: at(20 + $0)) }
            members.append(("signers", FieldValue(.object([(word, FieldValue(.list(list), at: at(19)))]), at: at(18))))
        }
        if let rememberSigned { members.append(("rememberSigned", FieldValue(.duration(rememberSigned), at: at(4)))) }
        return FieldValue(.object(members), at: at(1))
    }

    func load(
        memory: any ContentTrustMemory = ForgetfulMemory(),
        at clock: @escaping @Sendable () -> Instant = { SimulatedNotary.now }
    ) throws -> any Attestor {
        try ContentTrustFormat(memory: memory, clock: clock).load(value)
    }

    private func at(_ line: Int) -> SourcePosition { SourcePosition(file: "attestor.yaml", line: line, column: 3) }
}
