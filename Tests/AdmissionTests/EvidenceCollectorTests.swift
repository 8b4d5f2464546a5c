@testable import Admission
import OCI
import PolicyEngine
import Synchronization
import Testing
import Timestamp
import Trust

@Suite struct EvidenceCollectorTests {
    private let clock = TestClock()
    private let source = ScriptedSource()
    private let repository: Repository
    private let lifetimes: EvidenceLifetimes

    init() throws {
        repository = try Repository(parsing: "registry.example.com/team/app")
        var lifetimes = EvidenceLifetimes()
        lifetimes.resolution = .seconds(20)
        lifetimes.passed = .seconds(600)
        lifetimes.violated = .seconds(30)
        lifetimes.undetermined = .seconds(3)
        lifetimes.fetched = .seconds(7)
        self.lifetimes = lifetimes
    }

    private func collector(keeper: (any EvidenceKeeper)? = nil) -> EvidenceCollector {
        EvidenceCollector(source: source, keeper: keeper, lifetimes: lifetimes, clock: { [clock] in clock.now })
    }

    private func reference(_ tag: String = "1.0") throws -> ImageReference {
        try ImageReference(parsing: "\(repository):\(tag)")
    }

    private var patience: ContinuousClock.Instant { .now + .seconds(60) }
    private static let unreachable = Refusal(.registryUnavailable, found: "no answer", expected: "one")

    private func subject(_ content: String = "image") -> Subject {
        Subject(repository: repository, digest: .sha256(of: Array(content.utf8)))
    }

    private func present(_ name: String, _ subject: Subject) {
        let bytes = Array("evidence of \(name)".utf8)
        source.set(
            .found(.init(bytes: bytes, digest: .sha256(of: bytes), mediaType: nil)),
            for: PresenceAttestor.locator(subject, name))
    }

    // MARK: - Lifetimes

    @Test("what a tag stands for counts for `resolution`, an absent tag for `violated`, a failure for `undetermined`")
    func resolutionLifetimes() async throws {
        let collector = collector()
        source.tag("1.0", of: repository, as: "image")
        source.set(.undetermined(Self.unreachable), for: .manifest(repository, .tag("down")))
        for (tag, lifetime) in [("1.0", 20), ("gone", 30), ("down", 3)] {
            let reference = try reference(tag)
            _ = await collector.resolution(of: reference, until: patience)
            let start = clock.now
            #expect(collector.knownResolution(of: reference, at: start + .seconds(lifetime) - .milliseconds(1)) != nil)
            #expect(collector.knownResolution(of: reference, at: start + .seconds(lifetime)) == nil)
        }
    }

    @Test(
        "an outcome counts for `passed`, `violated` or `undetermined`; a failure is not a refusal beyond its lifetime")
    func verificationLifetimes() async throws {
        let collector = collector()
        let subject = subject()
        present("good", subject)
        source.set(.undetermined(Self.unreachable), for: PresenceAttestor.locator(subject, "down"))
        for (name, lifetime) in [("good", 600), ("missing", 30), ("down", 3)] {
            let attestor = PresenceAttestor(name: name)
            _ = await collector.verification(of: subject, by: attestor, until: patience)
            let start = clock.now
            #expect(
                collector.knownVerification(
                    of: subject, by: attestor, at: start + .seconds(lifetime) - .milliseconds(1))
                    != nil)
            #expect(collector.knownVerification(of: subject, by: attestor, at: start + .seconds(lifetime)) == nil)
        }
        clock.advance(by: .seconds(3))
        present("down", subject)
        let healed = await collector.verification(of: subject, by: PresenceAttestor(name: "down"), until: patience)
        guard case .passed = healed.value else {
            Issue.record("\(healed.value)")
            return
        }
    }

    @Test(
        "what could not be looked at has another try soon, whatever passed beside it, and attestations before signatures"
    )
    func partialLifetimes() {
        let lifetimes = EvidenceLifetimes()
        let signature = VerifiedSignature(by: .key(fingerprint: [1]))
        for claim in Claim.allCases {
            let partial = VerificationOutcome.passed([signature], unseen: Self.unreachable)
            #expect(lifetimes.lifetime(of: partial, for: claim) == lifetimes.undetermined)
        }
        #expect(lifetimes.lifetime(of: .passed([signature]), for: .attestation) == lifetimes.attested)
        #expect(lifetimes.lifetime(of: .passed([signature]), for: .signature) == lifetimes.passed)
    }

    @Test("fetched bytes serve other attestors for `fetched`, and are asked for again after it")
    func fetchedLifetime() async throws {
        let collector = collector()
        let subject = subject()
        // Two attestors that look at the same place.
        struct Twin: Attestor {
            let explanation = "evidence"
            let fingerprint: Digest
            func verification(of subject: Subject) -> any Verification {
                PresenceAttestor(name: "shared").verification(of: subject)
            }
        }
        present("shared", subject)
        let twins = (0..<3).map { Twin(fingerprint: .sha256(of: [$0])) }
        _ = await collector.verification(of: subject, by: twins[0], until: patience)
        clock.advance(by: .milliseconds(6_999))
        _ = await collector.verification(of: subject, by: twins[1], until: patience)
        #expect(source.asked.count == 1)
        clock.advance(by: .milliseconds(1))
        _ = await collector.verification(of: subject, by: twins[2], until: patience)
        #expect(source.asked.count == 2)
    }

    // MARK: - Who may see what

    @Test("attack 25: evidence that was fetched with other credentials is not used")
    func credentials() async throws {
        let collector = collector()
        let subject = subject()
        let attestor = PresenceAttestor(name: "good")
        present("good", subject)
        source.tag("1.0", of: repository, as: "image")
        _ = await collector.resolution(of: try reference(), until: patience)
        _ = await collector.verification(of: subject, by: attestor, until: patience)
        source.set(identity: [2])
        #expect(collector.knownResolution(of: try reference(), at: clock.now) == nil)
        #expect(collector.knownVerification(of: subject, by: attestor, at: clock.now) == nil)
        _ = await collector.verification(of: subject, by: attestor, until: patience)
        #expect(source.asked.count == 3)
        source.set(identity: [1])
        #expect(collector.knownVerification(of: subject, by: attestor, at: clock.now) != nil)
    }

    @Test("an outcome is about one digest in one repository by one attestor")
    func keys() async throws {
        let collector = collector()
        let subject = subject()
        present("good", subject)
        _ = await collector.verification(of: subject, by: PresenceAttestor(name: "good"), until: patience)
        #expect(collector.knownVerification(of: subject, by: PresenceAttestor(name: "good"), at: clock.now) != nil)
        let others = [
            (self.subject("other"), "good"), (subject, "better"),
            (
                Subject(repository: try Repository(parsing: "other.example.com/team/app"), digest: subject.digest),
                "good"
            ),
            (
                Subject(repository: try Repository(parsing: "registry.example.com/team/app2"), digest: subject.digest),
                "good"
            ),
        ]
        for (subject, name) in others {
            #expect(collector.knownVerification(of: subject, by: PresenceAttestor(name: name), at: clock.now) == nil)
        }
    }

    // MARK: - Load

    @Test("more look-ups than there may be at once are refused as overloaded, and go through afterwards")
    func overload() async throws {
        let collector = collector()
        source.holdUp(true)
        let tags = try (0..<300).map { try reference("t\($0)") }
        let deadline = ContinuousClock.now + .milliseconds(800)
        let reasons = await withTaskGroup(of: ReasonCode?.self) { group in
            for tag in tags { group.addTask { await collector.resolution(of: tag, until: deadline).value.reason } }
            return await group.reduce(into: [:]) { counts, reason in counts[reason, default: 0] += 1 }
        }
        // 32 are under way at one registry, and 256 wait for a place there.
        #expect(reasons[.overloaded] == 12)
        #expect(reasons[.deadlineExceeded] == 288)
        source.holdUp(false)
        #expect(await eventually { tags.count { collector.knownResolution(of: $0, at: clock.now) != nil } == 32 })
        let late = await collector.resolution(of: try reference("late"), until: patience)
        #expect(late.value.reason == .imageNotFound)
    }

    @Test("a registry that stalls under 256 images leaves room for another registry's image")
    func stalledRegistry() async throws {
        let stalled = StalledRegistry(domain: "stalled.example.com", others: source)
        let collector = EvidenceCollector(
            source: stalled, keeper: nil, lifetimes: lifetimes, clock: { [clock] in clock.now })
        let deadline = patience
        let slow = try Repository(parsing: "stalled.example.com/team/app")
        let waiting = Task {
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<256 {
                    group.addTask {
                        guard let tag = try? ImageReference(parsing: "\(slow):t\(index)") else { return }
                        _ = await collector.resolution(of: tag, until: deadline)
                    }
                    group.addTask {
                        let subject = Subject(repository: slow, digest: .sha256(of: Array("\(index)".utf8)))
                        _ = await collector.verification(
                            of: subject, by: PresenceAttestor(name: "good"), until: deadline)
                    }
                }
            }
        }
        // 32 look-ups for tags, and 32 for signatures.
        #expect(await eventually { stalled.asked == 64 })
        let subject = subject()
        present("good", subject)
        source.tag("1.0", of: repository, as: "image")
        let resolved = await collector.resolution(of: try reference(), until: patience)
        #expect(resolved.value.reason == nil)
        let verified = await collector.verification(of: subject, by: PresenceAttestor(name: "good"), until: patience)
        guard case .passed = verified.value else {
            Issue.record("\(verified.value)")
            return
        }
        #expect(stalled.asked == 64)
        // Those that queue have their turn.
        stalled.letGo()
        await waiting.value
        #expect(stalled.asked == 512)
    }

    @Test("the largest signature manifest is fetched once, for however many attestors")
    func largestManifest() async throws {
        struct Twin: Attestor {
            let explanation = "evidence"
            let fingerprint: Digest
            func verification(of subject: Subject) -> any Verification {
                PresenceAttestor(name: "large").verification(of: subject)
            }
        }
        let collector = collector()
        let subject = subject()
        let bytes = [UInt8](repeating: 0x20, count: 512 * 1_024)
        source.set(
            .found(.init(bytes: bytes, digest: .sha256(of: bytes), mediaType: nil)),
            for: PresenceAttestor.locator(subject, "large"))
        for twin: UInt8 in 0..<3 {
            _ = await collector.verification(
                of: subject, by: Twin(fingerprint: .sha256(of: [twin])), until: patience)
        }
        #expect(source.asked.count == 1)
    }

    @Test("a verification that never ends is stopped after its steps")
    func endless() async throws {
        struct Endless: Attestor {
            let explanation = "evidence"
            let fingerprint = Digest.sha256(of: [])
            struct Machine: Verification {
                mutating func next(_ received: [Locator: Fetched]) -> Step { .fetch([]) }
            }
            func verification(of subject: Subject) -> any Verification { Machine() }
        }
        let judged = await collector().verification(of: subject(), by: Endless(), until: patience)
        guard case .undetermined(let refusal) = judged.value else {
            Issue.record("\(judged.value)")
            return
        }
        #expect(refusal.reason == .internalError)
    }

    // MARK: - What a tag stands for

    @Test("a tag's manifest is read before its digest is believed")
    func manifests() async throws {
        let digest = "sha256:" + String(repeating: "0", count: 64)
        let config =
            #"{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(digest)","size":1}"#
        let index = #""schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]"#
        let image =
            #""schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":\#(config),"layers":[]"#
        let layers = Array(repeating: config, count: 1_025).joined(separator: ",")
        let bodies: [(tag: String, body: String, mediaType: String?, reason: ReasonCode?)] = [
            ("image", "{\(image)}", nil, nil),
            ("index", "{\(index)}", nil, nil),
            ("both", #"{\#(index),"config":\#(config),"layers":[]}"#, nil, .manifestInvalid),
            ("disagrees", "{\(image)}", "application/vnd.oci.image.index.v1+json", .manifestInvalid),
            ("text", "image", nil, .manifestInvalid),
            ("schema1", #"{"schemaVersion":1,"fsLayers":[],"history":[]}"#, nil, .manifestUnsupported),
            ("wide", image.replacing(#""layers":[]"#, with: #""layers":[\#(layers)]"#).braced, nil, .limitExceeded),
            ("sha3", image.replacing("sha256:", with: "sha3-256:").braced, nil, .digestUnsupported),
        ]
        let collector = collector()
        for (tag, body, mediaType, reason) in bodies {
            let digest = source.tag(tag, of: repository, asBytes: body, mediaType: mediaType)
            let resolution = await collector.resolution(of: try reference(tag), until: patience).value
            #expect(resolution.reason == reason, "\(tag): \(resolution)")
            switch resolution {
            case .resolved(let resolved): #expect(resolved == digest)
            case .violated(let refusal): #expect(refusal.expected == "an image manifest or index")
            case .undetermined: Issue.record("\(tag): \(resolution)")
            }
        }
    }

    // MARK: - Keeping

    private final class Keeper: EvidenceKeeper {
        private let kept = Mutex<[[UInt8]]>([])
        private let isWorking: Bool
        init(isWorking: Bool = true) { self.isWorking = isWorking }
        var all: [[UInt8]] { kept.withLock { $0 } }
        func keep(_ evidence: Fetched.Content) -> Bool {
            kept.withLock { $0.append(evidence.bytes) }
            return isWorking
        }
    }

    @Test("evidence is kept before it decides, and named by its SHA-256 whatever it was asked for by")
    func keeping() async throws {
        let keeper = Keeper()
        let collector = collector(keeper: keeper)
        let subject = subject()
        let bytes = Array("a signature".utf8)
        let long = try #require(Digest(algorithm: .sha512, bytes: [UInt8](repeating: 7, count: 64)))
        source.set(
            .found(.init(bytes: bytes, digest: long, mediaType: nil)), for: PresenceAttestor.locator(subject, "good"))
        let judged = await collector.verification(of: subject, by: PresenceAttestor(name: "good"), until: patience)
        #expect(judged.evidence == [.sha256(of: bytes)])
        #expect(keeper.all == [bytes])
    }

    @Test("beyond the quota evidence decides the same, and is not named")
    func beyondQuota() async throws {
        let keeper = Keeper()
        let collector = EvidenceCollector(
            source: source, retention: EvidenceRetention(keeper, bytesPerHour: 0), lifetimes: lifetimes,
            clock: { [clock] in clock.now })
        let subject = subject()
        present("good", subject)
        let digest = source.tag("1.0", of: repository, as: "image")
        let judged = await collector.verification(of: subject, by: PresenceAttestor(name: "good"), until: patience)
        let resolved = await collector.resolution(of: try reference(), until: patience)
        #expect(judged.value == .passed(signers: [.key(fingerprint: Array("good".utf8))]))
        #expect(resolved.value == .resolved(digest))
        #expect(judged.evidence.isEmpty && resolved.evidence.isEmpty && keeper.all.isEmpty)
    }

    @Test("a refusal stays one where its evidence cannot be kept, or what held earlier could stand in for it")
    func refusalNotKept() async throws {
        let collector = collector(keeper: Keeper(isWorking: false))
        source.tag("text", of: repository, asBytes: "image", mediaType: nil)
        let judged = await collector.resolution(of: try reference("text"), until: patience)
        guard case .violated(let refusal) = judged.value else {
            Issue.record("\(judged.value)")
            return
        }
        #expect(refusal.reason == .manifestInvalid && judged.evidence.isEmpty)
    }

    @Test("evidence that cannot be kept lets nothing pass")
    func notKept() async throws {
        let collector = collector(keeper: Keeper(isWorking: false))
        let subject = subject()
        present("good", subject)
        source.tag("1.0", of: repository, as: "image")
        let judged = await collector.verification(of: subject, by: PresenceAttestor(name: "good"), until: patience)
        #expect(judged.value.undetermined?.reason == .auditUnavailable)
        #expect(judged.evidence.isEmpty)
        #expect(await collector.resolution(of: try reference(), until: patience).value.reason == .auditUnavailable)
    }
}

/// One registry does not answer until it is let go; the others do.
private final class StalledRegistry: EvidenceSource {
    private let domain: String
    private let others: ScriptedSource
    private let state = Mutex((asked: 0, isHeldUp: true))

    init(domain: String, others: ScriptedSource) {
        self.domain = domain
        self.others = others
    }

    var asked: Int { state.withLock { $0.asked } }
    func letGo() { state.withLock { $0.isHeldUp = false } }

    func fetch(_ locator: Locator, deadline: ContinuousClock.Instant) async -> Fetched {
        guard locator.repository.domain == domain else { return await others.fetch(locator, deadline: deadline) }
        state.withLock { $0.asked += 1 }
        while state.withLock({ $0.isHeldUp }) { try? await Task.sleep(for: .milliseconds(5)) }
        return .absent
    }

    func credentialsIdentity(for repository: Repository) -> [UInt8] { [] }
}

extension String {
    fileprivate var braced: String { "{\(self)}" }
}

extension Resolution {
    fileprivate var reason: ReasonCode? {
        switch self {
        case .resolved: nil
        case .violated(let refusal), .undetermined(let refusal): refusal.reason
        }
    }
}

extension VerificationOutcome {
    fileprivate var undetermined: Refusal? {
        if case .undetermined(let refusal) = self { refusal } else { nil }
    }
}
