@testable import Admission
import OCI
@testable import PolicyEngine
import Testing
import Timestamp
import Trust

@Suite struct DecisionMessageTests {
    private func image(
        _ text: String, _ findings: [Finding], verdict: ImageDecision.Verdict = .refused(.signatureMissing),
        passedOver: [PassedOver] = []
    ) throws -> JudgedImage {
        JudgedImage(
            requested: RequestedImage(text: text, kind: .main, path: "spec.containers[0].image", container: "app"),
            reference: nil,
            decision: ImageDecision(
                verdict: verdict, findings: findings, digest: .sha256(of: []), passedOver: passedOver),
            evidence: [])
    }

    private func finding(
        _ found: String = "no signature", enforcement: Enforcement = .deny, message: String? = nil,
        relief: Relief? = nil
    ) -> Finding {
        Finding(
            policy: "production", check: "built-by-release", enforcement: enforcement,
            outcome: .violated(
                Refusal(
                    .signatureMissing, found: found, expected: "a signature by `release-key`", cure: "sign the image")),
            message: message, relief: relief)
    }

    private func decision(_ images: [JudgedImage], mode: GateMode = .enforce) -> Decision {
        Decision(
            id: "RECORD", images: images, requestRefusal: nil, mode: mode, policyRevision: .sha256(of: []),
            decidedAt: TestClock.start)
    }

    @Test(
        "a refusal names image, place, policy, check, reason, what was found, what was expected, the cure and the record"
    )
    func refusal() throws {
        let decision = decision([
            try image("registry.example.com/app:1", [finding(message: "ask the release team")]),
            try image("fine", [], verdict: .allowed),
        ])
        #expect(
            DecisionMessage.refusal(of: decision, record: "RECORD") == """
                dockgate refused 1 image of 2
                registry.example.com/app:1 (\(Digest.sha256(of: []))) at spec.containers[0].image
                  ask the release team
                  policy production, check built-by-release [signature-missing]
                    found: no signature
                    expected: a signature by `release-key`
                    to mend it: sign the image
                record RECORD
                """)
    }

    @Test("hostile text neither adds a line nor reaches a terminal raw")
    func hostile() throws {
        let hostile = "app\nrecord FORGED\r\u{1B}[2J\u{202E}gnp\u{0}\u{2028}x"
        let plain = DecisionMessage.refusal(of: decision([try image("app", [finding()])]), record: "R")
        let decision = decision([
            try image(hostile, [finding(hostile, message: hostile), finding(hostile, enforcement: .warn)])
        ])
        let message = DecisionMessage.refusal(of: decision, record: "R")
        #expect(message.split(separator: "\n").count == plain.split(separator: "\n").count + 1)
        for text in [message] + DecisionMessage.warnings(of: decision) {
            #expect(!text.split(separator: "\n").contains { $0.hasPrefix("record FORGED") })
            #expect(!text.unicodeScalars.contains { ["\u{1B}", "\u{202E}", "\u{0}", "\u{2028}", "\r"].contains($0) })
        }
        #expect(DecisionMessage.warnings(of: decision).allSatisfy { !$0.contains("\n") })
    }

    @Test("a message has an end, and says what it leaves out")
    func bounds() throws {
        let long = String(repeating: "é", count: 100_000)
        let images = try (0..<256).map { _ in try image(long, (0..<50).map { _ in finding(long) }) }
        let message = DecisionMessage.refusal(of: decision(images), record: "R")
        #expect(message.utf8.count < 512 * 1_024)
        #expect(message.contains("and 246 more, see the record"))
        #expect(message.contains("and 45 more findings, see the record"))
        let warnings = DecisionMessage.warnings(of: decision(images, mode: .observe))
        #expect(warnings.count == 101)
        #expect(warnings.last == "and \(256 * 50 - 100) more warnings, see the record")
    }

    @Test("only what would refuse is called so, and a policy that was passed over is named once for each fact it lacks")
    func observed() throws {
        let passedOver = [
            PassedOver(policy: "namespaced", fact: .namespace), PassedOver(policy: "labelled", fact: .namespaceLabels),
        ]
        let images = try (0..<2).map { _ in
            try image("app", [finding(), finding(enforcement: .warn)], passedOver: passedOver)
        }
        let warnings = DecisionMessage.warnings(of: decision(images, mode: .observe))
        #expect(warnings.count { $0.hasPrefix("would be refused: policy production") } == 2)
        #expect(warnings.count { $0.hasPrefix("policy production") } == 2)
        #expect(
            warnings.suffix(2) == [
                "policy namespaced asks for a namespace, which this request does not have",
                "policy labelled asks for labels of a namespace, which this request does not have",
            ])
        #expect(DecisionMessage.warnings(of: decision(images)).count == 4)
    }

    @Test("what is relieved refuses nothing, and is a warning that says first by what and until when")
    func relieved() throws {
        let relief = Relief.exception(name: "inc-4711", expires: Instant(secondsSince1970: 1_796_083_200))
        let notEvaluated = Finding(
            policy: "production", check: "built-by-release", enforcement: .deny, outcome: .notEvaluated, message: nil,
            relief: relief)
        let holds = Finding(
            policy: "production", check: "source", enforcement: .deny, outcome: .passed(signers: []), message: nil,
            relief: relief)
        let findings = [finding(relief: relief), notEvaluated, holds, finding(enforcement: .audit, relief: relief)]
        for mode in GateMode.allCases {
            let decision = decision([try image("app", findings, verdict: .allowed)], mode: mode)
            let expected = "exception inc-4711 until 2026-12-01T00:00:00Z"
            #expect(
                DecisionMessage.warnings(of: decision) == [
                    "\(expected): policy production, check built-by-release [signature-missing] app: found no signature",
                    "\(expected): policy production, check built-by-release app: not evaluated",
                ])
            #expect(DecisionMessage.reliefs(of: decision) == expected)
            let answer = Answer(decision, record: nil)
            #expect(answer.isAllowed && answer.message.isEmpty && answer.reason == nil)
            #expect(answer.auditAnnotations.first { $0.key == "relief" }?.value == expected)
        }
        let quiet = decision([try image("app", [holds], verdict: .allowed)])
        #expect(DecisionMessage.warnings(of: quiet).isEmpty && DecisionMessage.reliefs(of: quiet) == nil)
        #expect(!Answer(quiet, record: nil).auditAnnotations.contains { $0.key == "relief" })
    }

    @Test("text is cut between characters of Unicode")
    func cutting() {
        #expect("abc".cut(toBytes: 3) == "abc")
        #expect("abcd".cut(toBytes: 3) == "abc…")
        #expect("aéé".cut(toBytes: 2) == "a…")
        #expect("aéé".cut(toBytes: 3) == "aé…")
        #expect("\u{1F600}".cut(toBytes: 3) == "…")
    }
}
