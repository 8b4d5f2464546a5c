public import OCI
import Trust

/// What becomes of an image when nobody could look whether a check holds:
///
///     onUndetermined: deny
///     onUndetermined: {lastKnownGood: {for: 24h}}
///     onUndetermined: warn
///
/// `deny` refuses, and is what counts if nothing is said. With `lastKnownGood` the check's own latest determined result
/// for the same digest stands in for as long as it says, and vouches if the check does: somebody looked, and it held. With
/// `warn` the caller is warned; that is for checks that do not vouch, since what nobody saw vouches for nothing.
public enum OnUndetermined: Hashable, Sendable {
    case deny
    case warn
    /// - Parameters:
    ///   - period: how long after that result it stands in.
    ///   - text: what was written of the check: a check that says something else has no results yet.
    case lastKnownGood(within: Duration, text: Digest)
}

extension OnUndetermined {
    static let type = FieldType.either(
        scalar: .word(["deny", "warn"]),
        object: ObjectType([
            Field(
                "lastKnownGood",
                .object(
                    ObjectType([
                        Field("for", .duration, required: true, "how long after the check was last known to hold")
                    ])),
                required: true, "the latest result for the same digest stands in")
        ]))

    /// - Parameter text: what stands under the check's word.
    init(_ value: FieldValue, of check: any Check.Type, text: FieldValue) throws(FieldProblems) {
        guard check.canBeUndetermined else {
            throw FieldProblems(
                FieldProblem(
                    "`onUndetermined` has no effect here: `\(check.word)` needs only the reference, so there is nothing to look at",
                    at: value.position))
        }
        if let period = value["lastKnownGood"]?["for"], let duration = period.duration {
            guard duration > .zero else {
                throw FieldProblems(
                    FieldProblem("a duration of zero has no effect, expected a longer one", at: period.position))
            }
            self = .lastKnownGood(within: duration, text: text.fingerprint(of: check.word))
        } else if value.text == "warn" {
            guard !check.vouches else {
                throw FieldProblems(
                    FieldProblem(
                        "`\(check.word)` vouches, and what nobody could look at vouches for nothing; expected `deny` or `{lastKnownGood: {for: 24h}}`",
                        at: value.position))
            }
            self = .warn
        } else {
            self = .deny
        }
    }
}
