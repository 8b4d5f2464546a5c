public import OCI
public import Timestamp
public import Trust

/// One thing that must hold of an image. A conforming type is one file in `Checks/`; its doc comment is its manual page
/// and `type` describes its own fields, from which the loader is made.
public protocol Check: Sendable {
    /// The word under which it stands in a policy.
    static var word: String { get }
    /// What it demands, one sentence without full stop.
    static var summary: String { get }
    /// The shape of the value under `word`.
    static var type: FieldType { get }
    /// Whether it can be judged from the reference alone. Such checks come first, and nothing is fetched if they refuse.
    static var needsOnlyReference: Bool { get }
    /// Whether an image for which it passes may come in.
    static var vouches: Bool { get }
    /// Whether what it finds has names of its own, such as those of vulnerabilities, of which an exception may lift some.
    static var findingsHaveNames: Bool { get }
    /// Whether there is an image for which it passes.
    static var mayPass: Bool { get }
    /// Whether there is an image for which it does not.
    static var mayFail: Bool { get }
    /// Whether it looks at evidence about the image, so that it may be that nobody could look.
    static var canBeUndetermined: Bool { get }
    /// Whether it judges a moving world: of an image whose bytes stay the same it may find something else tomorrow, since
    /// time, a feed or a base moved. For one that looks at evidence and does not vouch, `AlreadyAdmitted` says what then; so
    /// nothing that somebody can bring about who may push or label namespaces must make it fail where it passed.
    static var movesWithTime: Bool { get }

    /// Builds the check from a value of that shape. Reports every problem, each at its position.
    init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems)

    /// The patterns, if any, of which one must match the image itself for the check to hold.
    var patterns: [ImagePattern] { get }
    /// What this very check demands, as the end of a sentence that begins with "the image must".
    var explanation: String { get }

    /// The attestors whose verification must be known before `judge`, given the time.
    func attestors(at now: Instant) -> [AttestorReference]

    /// The judgement: a synchronous function of its arguments.
    func judge(_ image: CheckSubject) -> CheckOutcome
}

extension Check {
    public var patterns: [ImagePattern] { [] }
    public static var findingsHaveNames: Bool { false }
    public static var mayPass: Bool { true }
    public static var mayFail: Bool { true }
    public static var canBeUndetermined: Bool { !needsOnlyReference }
    public static var movesWithTime: Bool { false }

    public func attestors(at now: Instant) -> [AttestorReference] { [] }
}

/// What a check sees of an image: the reference, the time, and what came of the verifications it asked for.
public struct CheckSubject {
    public let now: Instant
    let patternSubject: PatternSubject
    private let matchable: MatchableReference
    private let verifications: [KnownVerification]

    public var reference: ImageReference { matchable.reference }

    init(_ image: ImageUnderJudgement, matchedAs subject: PatternSubject, _ known: [KnownVerification], now: Instant) {
        self.now = now
        patternSubject = subject
        matchable = image.matchable
        verifications = known
    }

    /// What came of verifying that the attestor, which the check has named before, stands behind the image.
    func verification(by attestor: AttestorReference) -> VerificationOutcome {
        for known in verifications where known.attestor == attestor { return known.outcome }
        return CheckSubject.neverAsked
    }

    /// What a check gets that looks at an attestor which it did not name beforehand: a refusal.
    private static let neverAsked = VerificationOutcome.undetermined(
        Refusal(
            .internalError, found: "a verification that was not asked for",
            expected: "every attestor of a check to be named before it is judged"))
}

/// What came of one attestor's verification of the image.
struct KnownVerification {
    let attestor: AttestorReference
    let outcome: VerificationOutcome
}

/// What came of one check of one image. A value, never an error, so none gets lost in a `catch`.
public enum CheckOutcome: Hashable, Sendable {
    /// By these signatures, or attestations, if any made it pass.
    case passed([VerifiedSignature])
    /// It was looked at, and does not hold.
    case violated(Refusal)
    /// It could not be looked at. It refuses too, under its own reason.
    case undetermined(Refusal)

    static let passed = CheckOutcome.passed([])
}

/// An attestor of the policy set, by its place in it, and what it is asked to stand behind.
public struct AttestorReference: Hashable, Sendable {
    public let index: Int
    public let name: String
    public let claim: Claim

    public init(index: Int, name: String, claim: Claim = .signature) {
        self.index = index
        self.name = name
        self.claim = claim
    }

    public static func == (left: AttestorReference, right: AttestorReference) -> Bool {
        left.index == right.index && left.claim == right.claim
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(index) }

    /// The same attestor, asked for something else.
    func asked(for claim: Claim) -> AttestorReference { AttestorReference(index: index, name: name, claim: claim) }
}

/// What a check may refer to while it is loaded.
public struct CheckContext: Sendable {
    private let attestorNames: [String]
    /// The checks that a policy may hold.
    let checks: [any Check.Type]

    /// - Parameter attestorNames: the names of all attestors, in the order in which the policy set will hold them.
    public init(attestorNames: [String], checks: [any Check.Type] = BuiltInChecks.all) {
        self.attestorNames = attestorNames
        self.checks = checks
    }

    /// The attestor of that name; an unknown one is a problem that names the nearest known.
    func attestor(_ name: FieldValue) throws(FieldProblems) -> AttestorReference {
        let text = name.text ?? ""
        if let index = attestorNames.firstIndex(where: { $0.utf8.elementsEqual(text.utf8) }) {
            return AttestorReference(index: index, name: text)
        }
        let hint = attestorNames.nearest(to: text).map { ", did you mean `\($0)`?" } ?? ""
        throw FieldProblems(FieldProblem("there is no Attestor named `\(text)`\(hint)", at: name.position))
    }
}

/// All checks that the policy language has. A new check is one file and one line here.
public enum BuiltInChecks {
    public static let all: [any Check.Type] = [
        TrustedRegistriesCheck.self,
        DigestCheck.self,
        TagsCheck.self,
        SignatureCheck.self,
        AttestationCheck.self,
        ForbidCheck.self,
        InsecureAcceptAnythingCheck.self,
    ]
}
