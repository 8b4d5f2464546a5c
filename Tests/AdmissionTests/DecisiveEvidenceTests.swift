import OCI
import PolicyEngine
import Synchronization
import Testing
import Trust

@testable import Admission

@Suite struct DecisiveEvidenceTests {
    private let repository: Repository
    private let subject: Subject
    private let source = ScriptedSource()
    private let keeper = CountingKeeper()
    private let clock = TestClock()

    init() throws {
        repository = try Repository(parsing: "registry.example.com/team/app")
        subject = Subject(repository: repository, digest: .sha256(of: Array("image".utf8)))
    }

    private func collector() -> EvidenceCollector {
        EvidenceCollector(source: source, keeper: keeper, clock: { [clock] in clock.now })
    }

    /// A list, and payloads that are accepted when they begin with `good`.
    private func publish(list: Int, _ payloads: [UInt8]...) -> any Attestor {
        let list = [UInt8](repeating: 0x6C, count: list)
        source.set(
            .found(.init(bytes: list, digest: .sha256(of: list), mediaType: nil)), for: ListAttestor.list(repository))
        for (index, bytes) in payloads.enumerated() {
            source.set(
                .found(.init(bytes: bytes, digest: .sha256(of: bytes), mediaType: nil)),
                for: ListAttestor.payload(index, repository))
        }
        return ListAttestor(payloads: payloads.count)
    }

    private func verify(_ attestor: any Attestor) async -> Judged<VerificationOutcome> {
        await collector().verification(of: subject, by: attestor, until: .now + .seconds(60))
    }

    @Test("of what a verification passed on, only the payloads that it passes by are kept, beside their list")
    func passed() async {
        let good = Array("good".utf8), better = Array("good, too".utf8)
        let attestor = publish(
            list: 512 * 1_024, [UInt8](repeating: 1, count: 64 * 1_024), good, Array("bad".utf8), better)
        let judged = await verify(attestor)
        guard case .passed = judged.value else {
            Issue.record("\(judged.value)")
            return
        }
        #expect(keeper.sizes == [512 * 1_024, good.count, better.count])
        #expect(judged.evidence.suffix(2) == [.sha256(of: good), .sha256(of: better)])
    }

    @Test("a refusal keeps at most 64 KiB in all, however much was looked at")
    func violated() async {
        let attestor = publish(
            list: 512 * 1_024, [UInt8](repeating: 1, count: 40 * 1_024), [UInt8](repeating: 2, count: 40 * 1_024),
            [UInt8](repeating: 3, count: 24 * 1_024), [4])
        let judged = await verify(attestor)
        guard case .violated = judged.value else {
            Issue.record("\(judged.value)")
            return
        }
        #expect(keeper.sizes == [40 * 1_024, 24 * 1_024])
        #expect(judged.evidence.count == 2)
    }

    @Test("what an outcome does not rest on is not kept, though it was asked for")
    func withoutBasis() async {
        struct Groundless: Attestor {
            let explanation = "evidence"
            let fingerprint = Digest.sha256(of: Array("groundless".utf8))
            struct Machine: Verification {
                var hasAsked = false
                let locator: Locator

                mutating func next(_ received: [Locator: Fetched]) -> Step {
                    guard hasAsked else {
                        hasAsked = true
                        return .fetch([locator])
                    }
                    // What was never asked for has no content either.
                    let other = Locator.manifest(locator.repository, .tag("never-asked"))
                    return .outcome(.passed(signers: [.key(fingerprint: [1])]), basis: [other])
                }
            }
            func verification(of subject: Subject) -> any Verification {
                Machine(locator: ListAttestor.list(subject.repository))
            }
        }
        _ = publish(list: 10)
        let judged = await verify(Groundless())
        #expect(keeper.sizes.isEmpty)
        #expect(judged.evidence.isEmpty)
    }

    @Test("what leaves the outcome open is not kept")
    func undetermined() async {
        let attestor = publish(list: 10, Array("bad".utf8), Array("bad, too".utf8))
        source.set(
            .undetermined(Refusal(.registryUnavailable, found: "no answer", expected: "one")),
            for: ListAttestor.payload(1, repository))
        let judged = await verify(attestor)
        guard case .undetermined = judged.value else {
            Issue.record("\(judged.value)")
            return
        }
        #expect(keeper.sizes.isEmpty)
        #expect(judged.evidence.isEmpty)
    }

    @Test("a manifest is kept up to 256 KiB, and decides the same beyond", arguments: [262_144, 262_145])
    func resolved(bytes: Int) {
        let content = Fetched.Content(
            bytes: [UInt8](repeating: 0x20, count: bytes), digest: .sha256(of: [1]), mediaType: nil)
        let kept = DecisiveEvidence(of: .resolved(content.digest), from: .found(content)).contents
        #expect(kept.count == (bytes == 262_144 ? 1 : 0))
    }

    @Test("a manifest that is refused is kept up to 64 KiB", arguments: [65_536, 65_537])
    func refusedManifest(bytes: Int) {
        let content = Fetched.Content(
            bytes: [UInt8](repeating: 0x20, count: bytes), digest: .sha256(of: [1]), mediaType: nil)
        let refusal = Refusal(.manifestInvalid, found: "nothing", expected: "something")
        let kept = DecisiveEvidence(of: .violated(refusal), from: .found(content)).contents
        #expect(kept.count == (bytes == 65_536 ? 1 : 0))
    }
}

private final class CountingKeeper: EvidenceKeeper {
    private let kept = Mutex<[Int]>([])

    var sizes: [Int] { kept.withLock { $0 } }

    func keep(_ evidence: Fetched.Content) -> Bool {
        kept.withLock { $0.append(evidence.bytes.count) }
        return true
    }
}

/// Asks for a list, then for payloads at once, and passes if one of them is good.
private struct ListAttestor: Attestor {
    let explanation = "evidence"
    let payloads: Int
    var fingerprint: Digest { .sha256(of: Array("list of \(payloads)".utf8)) }

    static func list(_ repository: Repository) -> Locator { .manifest(repository, .tag("list")) }
    static func payload(_ index: Int, _ repository: Repository) -> Locator {
        .manifest(repository, .tag("payload-\(index)"))
    }

    func verification(of subject: Subject) -> any Verification {
        Machine(
            list: ListAttestor.list(subject.repository),
            payloads: (0..<payloads).map { ListAttestor.payload($0, subject.repository) })
    }

    private struct Machine: Verification {
        let list: Locator
        let payloads: [Locator]
        var steps = 0

        mutating func next(_ received: [Locator: Fetched]) -> Step {
            steps += 1
            if steps == 1 { return .fetch([list]) }
            if steps == 2 { return .fetch(payloads) }
            let good = payloads.filter { locator in
                if case .found(let content)? = received[locator] {
                    content.bytes.starts(with: "good".utf8)
                } else {
                    false
                }
            }
            if !good.isEmpty { return .outcome(.passed(signers: [.key(fingerprint: [1])]), basis: [list] + good) }
            return .outcome(outcome(payloads.compactMap { received[$0] }), basis: [list] + payloads)
        }

        private func outcome(_ answers: [Fetched]) -> VerificationOutcome {
            for case .undetermined(let refusal) in answers { return .undetermined(refusal) }
            return .violated(Refusal(.signatureInvalid, found: "nothing good", expected: "something"))
        }
    }
}
