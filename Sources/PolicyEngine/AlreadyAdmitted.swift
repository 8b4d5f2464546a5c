public import OCI
import Trust

/// What becomes of an image that was admitted under a check, and fails it now only because the world moved on:
///
///     alreadyAdmitted: {warn: 14d}
///     alreadyAdmitted: deny
///
/// Its bytes are what they were; what changed is the time, a feed or a base, and people sleep. So for a while there is a
/// warning, and after that a refusal. Only checks that move with time and do not vouch have it: no other check finds
/// something else of the same bytes tomorrow, and what no longer holds vouches for nothing.
public enum AlreadyAdmitted: Hashable, Sendable {
    case deny
    /// - Parameters:
    ///   - period: how long after the first failure there is only a warning.
    ///   - text: what was written of the check: under a check that says something else nothing was admitted yet.
    case warn(within: Duration, text: Digest)
}

extension AlreadyAdmitted {
    static let type = FieldType.either(
        scalar: .word(["deny"]),
        object: ObjectType([
            Field(
                "warn", .duration, required: true, "how long after its first failure the image is let in with a warning"
            )
        ]))

    /// Two weeks, if nothing is said.
    private static let ordinaryPeriod = Duration.seconds(14 * 86_400)

    /// - Parameters:
    ///   - value: nil if nothing is said.
    ///   - text: what stands under the check's word.
    init(_ value: FieldValue?, of check: any Check.Type, text: FieldValue) throws(FieldProblems) {
        guard check.movesWithTime, !check.vouches else {
            self = .deny
            guard let value else { return }
            let reason =
                check.movesWithTime
                ? "`\(check.word)` vouches, and what no longer holds vouches for nothing"
                : "`\(check.word)` does not move with time, so what it finds of an image stays as it is"
            throw FieldProblems(FieldProblem("`alreadyAdmitted` has no effect here: \(reason)", at: value.position))
        }
        let period = value?["warn"]
        if let period, let duration = period.duration, duration <= .zero {
            throw FieldProblems(
                FieldProblem("a duration of zero has no effect, expected a longer one or `deny`", at: period.position))
        }
        self =
            value?.text == "deny"
            ? .deny
            : .warn(within: period?.duration ?? AlreadyAdmitted.ordinaryPeriod, text: text.fingerprint(of: check.word))
    }
}
