import PolicyEngine
import Timestamp

@testable import dockgate

extension ReportedFinding {
    static func refusal(
        _ reason: String = "signature-missing", severity: Severity? = .error, outcome: String = "violated",
        policy: String? = "signed-production", check: String? = "signed-by-release", message: String? = nil,
        found: String? = "no signature", expected: String? = "a signature by `release-key`", cure: String? = "sign it",
        relief: Relief? = nil
    ) -> ReportedFinding {
        ReportedFinding(
            severity: severity, policy: policy, check: check, enforcement: "deny", outcome: outcome, reason: reason,
            message: message, found: found, expected: expected, cure: cure, relief: relief)
    }

    static let passed = ReportedFinding(
        severity: nil, policy: "known-registry", check: "source", enforcement: "deny", outcome: "passed", reason: nil,
        message: nil, found: nil, expected: nil, cure: nil)
}

extension ReportedImage {
    static func image(
        _ name: String = "registry.example.com/shop/cart:1.2", _ verdict: Verdict = .denied,
        at place: Place? = Place("deploy/cart.yaml", line: 9), object: String? = "Deployment prod-shop/cart",
        path: String = "spec.template.spec.containers[0].image", digest: String? = nil,
        exemption: ReportedExemption? = nil, because findings: [ReportedFinding] = [], recordID: String? = nil
    ) -> ReportedImage {
        ReportedImage(
            name: name, place: place, path: path, object: object, canonical: nil, digest: digest, verdict: verdict,
            isAllowed: verdict == .allowed || verdict == .warned, isUndetermined: verdict == .undetermined,
            exemption: exemption, reason: findings.first { $0.severity == .error }?.reason, findings: findings,
            recordID: recordID)
    }
}

extension CheckReport {
    static func of(_ images: ReportedImage...) -> CheckReport { CheckReport(images, took: .milliseconds(640)) }

    /// One of each verdict, from a file and from the command line.
    static let everyVerdict = CheckReport.of(
        .image("registry.example.com/shop/web:1", .allowed, digest: digest, because: [.passed]),
        .image(digest: digest, because: [.passed, .refusal(message: "release it through the pipeline")]),
        .image(
            "registry.example.com/shop/job:1", .undetermined, at: Place("deploy/job.yaml", line: 31), object: "Job job",
            because: [.refusal("registry-unavailable", outcome: "undetermined", found: "no answer", cure: nil)]),
        .image(
            "registry.example.com/shop/old:1", .warned, at: nil, object: nil, path: "argument",
            because: [.refusal("tag-denied", severity: .warning, found: "the tag `latest`")],
            recordID: "01JZ3N7Q4T8V2W6X0Y4Z8A2B6C"))

    /// What a `PolicyException` lifts, once looked at and once not.
    static let excepted = CheckReport.of(
        .image(
            "registry.example.com/shop/old:latest", .warned,
            because: [.refusal("tag-denied", severity: .warning, found: "the tag `latest`", relief: exception)]),
        .image(
            "registry.example.com/shop/new:1", .warned,
            because: [
                ReportedFinding(
                    severity: .warning, policy: "signed-production", check: "signed-by-release", enforcement: "deny",
                    outcome: "notEvaluated", reason: nil, message: nil, found: nil, expected: nil, cure: nil,
                    relief: exception)
            ]))

    static let exception = Relief.exception(
        name: "inc-4711", expires: Instant(secondsSince1970: 1_796_083_200))

    static let digest = "sha256:" + String(repeating: "ab12", count: 16)
}

/// What strangers may write into an image's name, a registry's error, a policy's message or a file's name.
enum Hostile {
    static let texts = [
        "\u{1b}[2J\u{1b}[31mgone", "\u{9b}31m", "\u{7}\u{8}\u{7f}", "a\r\n::error file=x,line=1::injected",
        "a\rALLOW b",
        "::set-output name=a::b", "  ::stop-commands::x", "\u{3000}::add-mask::x", "%0A::warning::x", "100%25", "%",
        "a,line=1,title=x::y", "##[group]x", "a ##vso[task.setvariable variable=a]b", "##teamcity[blockOpened]",
        "a|b|c", "a\\|b", "`", "``x``", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;b&gt;", "]]>",
        "-->", "[click](https://evil.example)", "![x](https://evil.example/a.png)", "https://evil.example",
        "@everybody #1 !2", "# heading", "- list", "| a | b |\n|---|---|", "=HYPERLINK(\"https://evil.example\")", "+1",
        "-1", "@SUM(A1)", " =1+1", "\"=1+1\"", "＝1", "\t=1", "{0} {{1}} }", "\\[x\\](y)", "\u{202e}desrever\u{202c}",
        "`\u{301}", "``\u{301}`", "a|\u{301}b", "a,\u{301}title=x:\u{301}:", "::\u{301}set-output name=a::b",
        "##[\u{301}x",
        "[a](\u{301}b)", "{\u{301}0}\u{301}", "=\u{301}1+1", "<\u{301}b>\u{301}",
        "\u{200b}\u{feff}\u{61c}", "\u{2028}\u{2029}\u{85}", "\u{fffe}\u{ffff}", "\u{0}", "e\u{301}", "👩‍👩‍👧", "",
        " ", "\"'\\", "a\tb\tc",
    ]

    /// A report that has the text wherever a report can have one.
    static func report(_ text: String) -> CheckReport {
        let refusal = ReportedFinding.refusal(
            text, policy: text, check: text, message: "\(text)\n\(text)", found: text, expected: text, cure: text)
        let told = ReportedFinding.refusal(
            "denied", policy: nil, check: nil, message: text, found: nil, expected: nil, cure: nil)
        let warning = ReportedFinding.refusal(
            text, severity: .warning, policy: nil, check: text, found: text,
            relief: .exception(name: text, expires: .latest))
        return CheckReport(
            [
                .image(
                    text, .denied, at: Place(text, line: 9), object: text, path: text, digest: "sha256:" + text,
                    because: [refusal, told, warning], recordID: text),
                .image(text, .undetermined, at: Place(text), object: nil, because: [refusal]),
                .image(text, .warned, at: nil, object: nil, path: text, because: [warning]),
                .image(
                    text, .allowed, at: Place(text, line: 3), object: text,
                    exemption: ReportedExemption(name: text, explanation: (text, text))),
            ], server: text, took: .zero)
    }
}
