import Admission
import Audit
import Foundation
import OCI
import PolicyEngine
import StrictJSON
import Synchronization
import TestSupport
import Testing
import Timestamp
import Trust

@testable import Doors

/// A registry that never answers in time.
struct HangingSource: EvidenceSource {
    func fetch(_ locator: Locator, deadline: ContinuousClock.Instant) async -> Fetched {
        try? await Task.sleep(until: deadline)
        return .undetermined(Refusal(.registryUnavailable, found: "no answer", expected: "one"))
    }

    func credentialsIdentity(for repository: Repository) -> [UInt8] { [] }
}

/// A registry that keeps everyone waiting until it is told to answer.
final class HeldSource: EvidenceSource {
    private struct State {
        var isReleased = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func fetch(_ locator: Locator, deadline: ContinuousClock.Instant) async -> Fetched {
        await withCheckedContinuation { continuation in
            let isReleased = state.withLock { state in
                if !state.isReleased { state.waiting.append(continuation) }
                return state.isReleased
            }
            if isReleased { continuation.resume() }
        }
        return .undetermined(Refusal(.registryUnavailable, found: "no answer", expected: "one"))
    }

    func credentialsIdentity(for repository: Repository) -> [UInt8] { [] }

    func release() {
        let waiting = state.withLock { state in
            defer { (state.isReleased, state.waiting) = (true, []) }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// A real gate with a real log in a directory of its own. One policy vouches for `registry.example/open/**` and for what
/// the recordings run; images below `registry.example/tagged/**` need a look at a registry, which hangs unless
/// a test brings another one.
struct GateFixture {
    let gate: Gate
    let log: AuditLog
    let directory: URL

    static let now = Instant(secondsSince1970: 1_780_000_000)
    private static let here = SourcePosition(file: "policy.yaml", line: 1, column: 1)

    init(mode: GateMode = .enforce, source: any EvidenceSource = HangingSource()) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "doors-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        log = try AuditLog.open(directory: directory.appending(path: "audit").path)
        let revision = Digest.sha256(of: Array("revision".utf8))
        let policies = [
            try GateFixture.accepting("open", ["registry.example/open/**", "127.0.0.1:5502/feas/*"]),
            try GateFixture.signed("signed", ["registry.example/tagged/**"]),
        ]
        let rules = GateRules(
            policies: PolicySet(policies: policies, attestors: [NeverSigned()], revision: revision), mode: mode)
        let collector = EvidenceCollector(source: source, keeper: nil) { GateFixture.now }
        gate = Gate(
            rules: rules, collector: collector, log: log, instance: GateInstance(name: "test", version: "0"))
    }

    func door(maximumInFlight: Int = 512, placeholders: [String] = []) -> ValidateDoor {
        ValidateDoor(gate: gate, placeholders: placeholders, maximumInFlight: maximumInFlight) { GateFixture.now }
    }

    /// The records, as JSON.
    func records() throws -> [JSONValue] { try readLog().map(\.json) }

    /// The records, as they stand in the log.
    func recordTexts() throws -> [String] { try readLog().map { String(decoding: $0.bytes, as: UTF8.self) } }

    private func readLog() throws -> [AuditRecord] {
        var cursor = try AuditReader(directory: directory.appending(path: "audit").path).records(.oldestFirst)
        var records: [AuditRecord] = []
        while let record = try cursor.next() { records.append(record) }
        return records
    }

    func remove() {
        log.close()
        try? FileManager.default.removeItem(at: directory)
    }

    private static func accepting(_ name: String, _ images: [String]) throws -> ImagePolicy {
        let value = FieldValue(.object([("because", FieldValue(.text("a test"), at: here))]), at: here)
        return try policy(name, images, InsecureAcceptAnythingCheck(value, in: CheckContext(attestorNames: [])))
    }

    private static func signed(_ name: String, _ images: [String]) throws -> ImagePolicy {
        let value = FieldValue(.object([("by", FieldValue(.text("nobody"), at: here))]), at: here)
        return try policy(name, images, SignatureCheck(value, in: CheckContext(attestorNames: ["nobody"])))
    }

    private static func policy(_ name: String, _ images: [String], _ check: any Check) throws -> ImagePolicy {
        ImagePolicy(
            name: name, match: Selector(images: try images.map { try ImagePattern($0) }),
            checks: [PolicyCheck(check: check)])
    }
}

/// Never asked in these tests, since no tag is resolved.
private struct NeverSigned: Attestor {
    let explanation = "evidence"
    let fingerprint = Digest.sha256(of: [])

    func verification(of subject: Subject) -> any Verification { Nothing() }

    private struct Nothing: Verification {
        mutating func next(_ received: [Locator: Fetched]) -> Step {
            .outcome(.violated(Refusal(.signatureMissing, found: "nothing", expected: "something")), basis: [])
        }
    }
}

/// A server with the real door at `/validate`, for the time of `body`.
func withDoor(
    mode: GateMode = .enforce, maximumInFlight: Int = 512, placeholders: [String] = [],
    source: any EvidenceSource = HangingSource(), _ body: (GateFixture, ValidateDoor, Int) async throws -> Void
) async throws {
    let fixture = try GateFixture(mode: mode, source: source)
    defer { fixture.remove() }
    let door = fixture.door(maximumInFlight: maximumInFlight, placeholders: placeholders)
    try await withServer(door) { _, port in try await body(fixture, door, port) }
}

/// Posts a review and waits for what it is answered.
func ask(
    _ connection: TLSConnection, _ review: ReviewText, query: String = "?timeout=10s"
) async throws -> TLSConnection.Answer {
    try await connection.send(post(String(decoding: review.bytes, as: UTF8.self), to: "/validate\(query)"))
    return try #require(try await connection.answer())
}

func pod(_ image: String) -> ReviewText { .pod(#"{"containers":[{"image":"\#(image)"}]}"#) }
