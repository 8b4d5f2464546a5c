import OCI
@testable import PolicyEngine
import Synchronization
import Testing
import Timestamp
import Trust

/// What the evaluator asks to have verified.
@Suite struct SubjectTests {
    private let digest = PolicyFixture.digest("image")

    /// Everybody has signed, and everything that is asked for is noted.
    private final class NotingEvidence: Evidence {
        private let subjects = Mutex<[Subject]>([])
        private let digest: Digest

        init(_ digest: Digest) { self.digest = digest }

        var asked: [Subject] { subjects.withLock { $0 } }

        func resolution(of reference: ImageReference) -> Resolution? { .resolved(digest) }

        func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
            subjects.withLock { $0.append(subject) }
            return .passed(signers: [.key("a")])
        }
    }

    private func decide(_ image: String) throws -> (ImageDecision, [Subject]) {
        let check: FieldValue = [
            "signature": ["by": "release-key"], "onUndetermined": ["lastKnownGood": ["for": .duration(.seconds(60))]],
        ]
        let policy = try PolicyFixture.policy("signed", ["enforcement": "deny", "checks": [check]])
        let evidence = NotingEvidence(digest)
        let set = PolicySet(policies: [policy], attestors: [], revision: PolicyFixture.revision)
        let evaluation = Evaluator(policies: set).evaluate(
            try PolicyFixture.image(image), in: .main,
            of: RequestFacts(source: .kubernetes, namespace: .known("shop")), with: evidence, at: PolicyFixture.now)
        guard case .decided(let decision) = evaluation else { throw MissingEvidence(evaluation: evaluation) }
        return (decision, evidence.asked)
    }

    @Test("a tag is part of what is verified only where no digest is named; beside a digest it is a comment")
    func tags() throws {
        let name = "registry.example.com/app"
        for (image, tag) in [
            ("\(name):1.0", "1.0"), (name, "latest"), ("\(name)@\(digest)", nil), ("\(name):1.0@\(digest)", nil),
        ] {
            let (_, asked) = try decide(image)
            let repository = try Repository(parsing: name)
            #expect(asked == [Subject(repository: repository, digest: digest, tag: tag)], "\(image)")
        }
    }

    @Test("what is remembered of an image is remembered of its digest, whatever it was called")
    func remembered() throws {
        let name = "registry.example.com/app"
        for image in ["\(name):1.0", "\(name):2.0", "\(name)@\(digest)"] {
            let (decision, _) = try decide(image)
            let subject = Subject(repository: try Repository(parsing: name), digest: digest)
            #expect(decision.determined.map(\.image.subject) == [subject])
        }
    }
}
