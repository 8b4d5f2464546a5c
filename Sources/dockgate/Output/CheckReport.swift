import PolicyEngine

/// What `check` reports, whoever decided: this program, or a running gate that it asked. Every format is made of this.
struct CheckReport: Sendable {
    let images: [ReportedImage]
    /// The gate that decided; nil if this program did.
    let server: String?
    let took: Duration

    init(_ images: [ReportedImage], server: String? = nil, took: Duration) {
        self.images = images
        self.server = server
        self.took = took
    }

    /// The worst of all images: denied before undetermined. Warnings let everything run.
    var outcome: Outcome {
        if images.contains(where: { $0.verdict == .denied }) { return .denied }
        return images.contains { $0.verdict == .undetermined } ? .undetermined : .allowed
    }

    var warns: Bool { images.contains { $0.verdict == .warned } }

    /// `4 images, 2 allowed, 2 denied`
    var summary: String {
        let allowed = images.count(where: \.isAllowed)
        return
            "\(images.count) \(images.count == 1 ? "image" : "images"), \(allowed) allowed, \(images.count - allowed) denied"
    }

    /// With one digit after the point.
    var seconds: String { took.tenthsOfSeconds }
}

extension Duration {
    /// In seconds, with one digit after the point.
    var tenthsOfSeconds: String {
        let tenths = (components.seconds * 10) + components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}

/// One image, where it is written, and what was decided about it.
struct ReportedImage: Sendable {
    /// As it is written.
    let name: String
    let place: Place?
    /// Where in its object: `spec.containers[0].image`, or `argument`.
    let path: String
    /// What names it, if that has a kind: `Deployment prod-shop/web`.
    let object: String?
    /// The reference in its normal form, where it is known.
    let canonical: String?
    let digest: String?
    let verdict: Verdict
    /// Whether the policies let it run. An observing gate refuses nothing, and is still told of what they do not let run.
    let isAllowed: Bool
    /// Whether it does not run only because something could not be looked at.
    let isUndetermined: Bool
    let exemption: ReportedExemption?
    /// The code of the first reason against it.
    let reason: String?
    /// Every check that applied, in the order of the policies.
    let findings: [ReportedFinding]
    /// The decision's name, under which it is recorded if it is.
    let recordID: String?

    /// What becomes of the request that brings it, as far as this image is concerned.
    enum Verdict: Sendable {
        case allowed
        /// It runs, and there is something to say about it.
        case warned
        case denied
        case undetermined

        /// The word for it wherever people read: what could not be looked at is refused like what is wrong.
        var word: String {
            switch self {
            case .allowed: "ALLOW"
            case .warned: "WARN"
            case .denied, .undetermined: "DENY"
            }
        }
    }

    /// What a person has to know, errors first.
    var problems: [ReportedFinding] {
        findings.filter { $0.severity == .error } + findings.filter { $0.severity == .warning }
    }
}

/// Why nothing of an image was judged.
struct ReportedExemption: Sendable {
    let name: String
    /// Why there is one, and who answers for it, where that is known.
    let explanation: (reason: String, owner: String)?
}

/// What came of one check; or what a running gate says, which does not name its checks one by one.
struct ReportedFinding: Sendable {
    /// How much it weighs in this request.
    enum Severity: Sendable {
        case error, warning
    }

    /// Nil if there is nothing to tell: it holds, was not looked at, or is only on trial.
    let severity: Severity?
    let policy: String?
    /// Nil for what a running gate says.
    let check: String?
    let enforcement: String?
    /// `passed`, `violated`, `undetermined` or `notEvaluated`.
    let outcome: String
    let reason: String?
    /// The policy's own words, or those of the gate; may have several lines.
    let message: String?
    let found: String?
    let expected: String?
    let cure: String?
    /// What keeps it from refusing.
    var relief: Relief?
    /// How old that is, if it has an age.
    var reliefAge: Duration?
}

extension ReportedFinding {
    /// The reason's code. What was not looked at since it is relieved has the word of that, and a warning of a running gate
    /// has none.
    var code: String { reason ?? relief?.word ?? "warning" }

    /// Which rule speaks: `policy known-registry, check source`.
    var rule: String {
        if let policy, let check { return "policy \(policy), check \(check)" }
        return check.map { "rule \($0)" } ?? "the gate"
    }

    /// All of it in lines of text that are fit to be shown.
    var lines: [String] {
        let message = (message ?? "").split(separator: "\n").map { String($0).printable }
        let rest = [
            ("found: ", found), ("expected: ", expected), ("cure: ", cure), ("relief: ", relief?.description),
        ].compactMap { name, text in text.map { name + $0.printable } }
        return ["\(rule.printable) [\(code.printable)]"] + message + rest
    }
}
