public import Timestamp

extension LoadedPolicies {
    /// What loads and most likely is not meant, each with an image or a request that shows it. What is shown was judged
    /// by these very policies at `now`.
    public func lint(at now: Instant) -> [Diagnostic] {
        let policies = LintedPolicies(self, now: now)
        return PolicyLint.rules.flatMap { $0.warnings(about: policies) }.inReadingOrder
    }
}

/// All that lint warns of. A new warning is one file and one line here.
public enum PolicyLint {
    static let rules: [any LintRule.Type] = [
        NothingVouched.self,
        AdmitsMore.self,
        AcceptsAnything.self,
        ChosenNamespace.self,
        ChosenValue.self,
        AsksAnyRegistry.self,
        TagBesideDigest.self,
        DeniedTag.self,
        ExemptNamespace.self,
        ExemptionWithoutEffect.self,
        NeverMatches.self,
        SelectorWithoutEffect.self,
        NeverPasses.self,
        PatternOutOfScope.self,
        VouchesForNothing.self,
        EnforcementWithoutEffect.self,
        LiftsEverything.self,
        SameKey.self,
        UnusedAttestor.self,
        OutsiderBelieved.self,
    ]

    /// The stable name of each warning, and what it warns of in one sentence without full stop.
    public static var codes: [(code: String, summary: String)] { rules.map { ($0.code, $0.summary) } }
}

/// One thing that lint looks for. It warns of nothing that these policies, asked about an image, do not confirm.
protocol LintRule: Sendable {
    /// Its stable name, which reports carry.
    static var code: String { get }
    /// What it warns of, one sentence without full stop.
    static var summary: String { get }

    static func warnings(about policies: LintedPolicies) -> [Diagnostic]
}
