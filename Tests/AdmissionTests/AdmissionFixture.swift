@testable import Admission
import Audit
import Cryptography
import Foundation
import NIOPosix
import OCI
import Outbound
import PolicyDocuments
import PolicyEngine
import Registry
import Sigstore
import Synchronization
import TestSupport
import Timestamp
import Trust

/// A directory that goes away with its last reference.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/dockgate-admission-" + SecureRandom.bytes(8).hexadecimal
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    }
}

/// The time that a test says it is.
final class TestClock: Sendable {
    static let start = Instant(secondsSince1970: 1_780_000_000)
    private let time = Mutex(TestClock.start)

    var now: Instant { time.withLock { $0 } }
    func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// Policies as files in a directory, loaded as the daemon loads them.
struct PolicyFiles {
    private var documents: [String] = []
    private var keys: [(name: String, pem: [UInt8])] = []

    mutating func attestor(_ name: String, _ keys: PrivateKey...) throws {
        var files: [String] = []
        for (index, key) in keys.enumerated() {
            let file = "\(name)-\(index).pub"
            self.keys.append((file, try key.publicKeyPEM))
            files.append("{file: \(file)}")
        }
        documents.append(
            """
            apiVersion: dockgate.dev/v1
            kind: Attestor
            metadata: {name: \(name)}
            spec: {cosign: {keys: [\(files.joined(separator: ", "))], transparencyLog: notRequired}}
            """)
    }

    /// Believes what the notary server of each image's registry has, under one root key.
    mutating func contentTrust(_ name: String, root: PrivateKey) throws {
        keys.append(("\(name).pem", try root.publicKeyPEM))
        documents.append(
            """
            apiVersion: dockgate.dev/v1
            kind: Attestor
            metadata: {name: \(name)}
            spec: {contentTrust: {rootKeys: [{file: \(name).pem}]}}
            """)
    }

    mutating func policy(
        _ name: String, match: String = "{}", enforcement: String = "deny", checks: String...
    ) {
        documents.append(
            """
            apiVersion: dockgate.dev/v1
            kind: ImagePolicy
            metadata: {name: \(name)}
            spec:
              enforcement: \(enforcement)
              match: \(match)
              checks: [\(checks.map { "{\($0)}" }.joined(separator: ", "))]
            """)
    }

    mutating func exception(_ name: String, lifting check: String, of policy: String, _ rest: String) {
        documents.append(
            """
            apiVersion: dockgate.dev/v1
            kind: PolicyException
            metadata: {name: \(name)}
            spec: {lifts: {policy: \(policy), check: \(check)}, owner: pay, approvedBy: security, reason: a test, \(rest)}
            """)
    }

    mutating func exemption(_ name: String, namespace: String) {
        documents.append(
            """
            apiVersion: dockgate.dev/v1
            kind: Exemption
            metadata: {name: \(name)}
            spec: {namespaces: [\(namespace)], because: it must start without us, owner: platform, reviewBy: 2099-01-01}
            """)
    }

    func load(formats: [any AttestorFormat] = [CosignFormat()]) throws -> PolicySet {
        let directory = try Scratch()
        for key in keys { try directory.write(key.pem, to: key.name) }
        try directory.write(Array(documents.joined(separator: "\n---\n").utf8), to: "policies.yaml")
        return try PolicyDocuments.load(directory: directory.path, formats: formats, now: TestClock.start)
            .policySet
    }
}

/// Evidence from a real client that asks a real socket.
struct RegistrySource: EvidenceSource {
    let client: RegistryClient

    func fetch(_ locator: Locator, deadline: ContinuousClock.Instant) async -> Fetched {
        await client.fetch(locator, deadline: deadline)
    }

    func credentialsIdentity(for repository: Repository) -> [UInt8] { client.credentialsIdentity(for: repository) }
}

struct LogKeeper: EvidenceKeeper {
    let log: AuditLog

    func keep(_ evidence: Fetched.Content) -> Bool { (try? log.keepEvidence(evidence.bytes)) != nil }
}

/// A registry, and what gates need to ask it.
struct RegistryFixture {
    let registry: RegistrySimulator
    let clock = TestClock()
    let source: RegistrySource

    func collector(keeper: (any EvidenceKeeper)? = nil) -> EvidenceCollector {
        EvidenceCollector(source: source, keeper: keeper, clock: { [clock] in clock.now })
    }

    /// Requests for manifests and blobs; tokens are not counted.
    var requests: [String] { registry.requests.map(\.target).filter { !$0.hasPrefix("/token") } }

    func image(_ path: String, _ name: String) -> String { "\(registry.authority)/\(path)\(name)" }

    /// Signs as cosign does.
    func sign(
        _ digest: Digest, _ path: String, with keys: PrivateKey..., as repository: String? = nil,
        claiming: Digest? = nil
    )
        throws
    {
        let name = "\(registry.authority)/\(repository ?? path)"
        let payload = Array(
            """
            {"critical":{"identity":{"docker-reference":"\(name)"},"image":{"docker-manifest-digest":\
            "\(claiming ?? digest)"},"type":"cosign container image signature"},"optional":null}
            """.utf8)
        let signatures = try keys.map { key in
            SimulatedSignature(
                payload: payload, signature: Base64.encode(try key.sign(payload, scheme: .ecdsa(.sha256))))
        }
        registry.pushSignatures(signatures, of: digest, to: path)
    }
}

extension RegistryFixture {
    /// Puts another text of the signature manifest in its place.
    func changeSignatures(of digest: Digest, in path: String, _ change: (String) throws -> String) throws {
        let tag = digest.tagPrefix + ".sig"
        let manifest = String(decoding: registry.manifest(tag, of: path) ?? [], as: UTF8.self)
        registry.push(manifest: Array(try change(manifest).utf8), to: path, tag: tag)
    }
}

func withRegistry<Value: Sendable>(
    authentication: SimulatedAuthentication = .none, limits: OutboundLimits = .patient,
    _ body: (RegistryFixture) async throws -> Value
) async throws -> Value {
    try await withRegistrySimulator(authentication: authentication) { registry in
        var registryLimits = RegistryLimits()
        registryLimits.firstPause = .milliseconds(5)
        let host = RegistryHost(host: registry.authority, privateAddressAllowed: true, insecureHTTP: true)
        let configuration = RegistryConfiguration(hosts: [host], limits: registryLimits)
        let outbound = OutboundClient(
            rules: try configuration.outboundRules(), limits: limits,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        let client = RegistryClient(configuration: configuration, outbound: outbound, jitter: { 0.5 })
        let fixture = RegistryFixture(registry: registry, source: RegistrySource(client: client))
        do {
            let value = try await body(fixture)
            await outbound.shutdown()
            return value
        } catch {
            await outbound.shutdown()
            throw error
        }
    }
}

extension Gate {
    convenience init(
        _ policies: PolicySet, _ collector: EvidenceCollector, notVouched: Enforcement = .deny,
        mode: GateMode = .enforce,
        log: AuditLog? = nil
    ) {
        self.init(
            rules: GateRules(policies: policies, notVouched: notVouched, mode: mode), collector: collector, log: log,
            instance: GateInstance(name: "gate", version: "1.2.3"))
    }

    /// Decides and records, as a door does.
    func answer(_ request: AdmissionRequest, at now: Instant) async -> Answer {
        let decision = await decide(request, at: now)
        return await record(decision, of: request)
    }

    func record(_ decision: Decision, of request: AdmissionRequest) async -> Answer {
        await withCheckedContinuation { continuation in
            record(decision, of: request, on: ImmediateExecutor()) { continuation.resume(returning: $0) }
        }
    }
}

final class ImmediateExecutor: CompletionExecutor {
    func execute(_ work: @escaping @Sendable () -> Void) { work() }
}

extension AdmissionRequest {
    static func of(
        _ images: String..., namespace: Fact<String> = .known("shop"), labels: Fact<NamespaceLabels>? = nil,
        within time: Duration = .seconds(60), origin: RequestOrigin = RequestOrigin(source: "test")
    ) -> AdmissionRequest {
        of(images, namespace: namespace, labels: labels, within: time, origin: origin)
    }

    static func of(
        _ images: [String], namespace: Fact<String> = .known("shop"), labels: Fact<NamespaceLabels>? = nil,
        within time: Duration = .seconds(60), origin: RequestOrigin = RequestOrigin(source: "test")
    ) -> AdmissionRequest {
        AdmissionRequest(
            facts: RequestFacts(source: .kubernetes, namespace: namespace, namespaceLabels: labels),
            images: images.enumerated().map { index, text in
                RequestedImage(
                    text: text, kind: .main, path: "spec.containers[\(index)].image", container: "container-\(index)")
            },
            origin: origin, deadline: .now + time)
    }
}

extension Decision {
    var verdicts: [ImageDecision.Verdict] { images.map(\.decision.verdict) }
    var digests: [Digest?] { images.map(\.decision.digest) }
}

/// Answers from memory, counts, and keeps who asks waiting while the test wants it to.
final class ScriptedSource: EvidenceSource {
    private struct State {
        var answers: [Locator: Fetched] = [:]
        var asked: [Locator] = []
        var identity: [UInt8] = [1]
        var isHeldUp = false
    }

    private let state = Mutex(State())

    var asked: [Locator] { state.withLock { $0.asked } }
    func set(_ answer: Fetched, for locator: Locator) { state.withLock { $0.answers[locator] = answer } }
    func set(identity: [UInt8]) { state.withLock { $0.identity = identity } }
    func holdUp(_ isHeldUp: Bool) { state.withLock { $0.isHeldUp = isHeldUp } }

    func fetch(_ locator: Locator, deadline: ContinuousClock.Instant) async -> Fetched {
        let answer = state.withLock { state in
            state.asked.append(locator)
            return state.answers[locator] ?? .absent
        }
        while state.withLock({ $0.isHeldUp }), ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(2))
        }
        return answer
    }

    func credentialsIdentity(for repository: Repository) -> [UInt8] { state.withLock { $0.identity } }
}

extension ScriptedSource {
    /// An image manifest under a tag; gives its digest.
    @discardableResult
    func tag(_ tag: String, of repository: Repository, as content: String) -> Digest {
        let config = Digest.sha256(of: Array(content.utf8))
        return self.tag(
            tag, of: repository,
            asBytes: """
                {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":\
                "application/vnd.oci.image.config.v1+json","digest":"\(config)","size":1},"layers":[]}
                """)
    }

    /// Whatever it is, under a tag; gives its digest.
    @discardableResult
    func tag(
        _ tag: String, of repository: Repository, asBytes text: String, mediaType: String? = nil
    ) -> Digest {
        let bytes = Array(text.utf8)
        let found = Fetched.Content(bytes: bytes, digest: .sha256(of: bytes), mediaType: mediaType)
        set(.found(found), for: .manifest(repository, .tag(tag)))
        return found.digest
    }
}

/// An attestor whose verification asks for one manifest and passes if it is there.
struct PresenceAttestor: Attestor {
    let explanation = "evidence"
    let name: String
    var fingerprint: Digest { .sha256(of: Array(name.utf8)) }

    func verification(of subject: Subject) -> any Verification { Machine(subject: subject, name: name) }

    static func locator(_ subject: Subject, _ name: String) -> Locator {
        .manifest(subject.repository, .tag("\(subject.digest.tagPrefix).\(name)"))
    }

    private struct Machine: Verification {
        let subject: Subject
        let name: String

        mutating func next(_ received: [Locator: Fetched]) -> Step {
            let locator = PresenceAttestor.locator(subject, name)
            guard let answer = received[locator] else { return .fetch([locator]) }
            return .outcome(outcome(answer), basis: [locator])
        }

        private func outcome(_ answer: Fetched) -> VerificationOutcome {
            switch answer {
            case .found: .passed(signers: [.key(fingerprint: Array(name.utf8))])
            case .absent: .violated(Refusal(.signatureMissing, found: "nothing", expected: "something"))
            case .violated(let refusal): .violated(refusal)
            case .undetermined(let refusal): .undetermined(refusal)
            }
        }
    }
}

/// True as soon as `condition` holds, false if it does not within half a minute.
func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<6_000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return false
}
